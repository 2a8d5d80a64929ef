using System.Runtime.InteropServices;

namespace Nacre.Crypto;

/// <summary>
/// One object of libcrypto with the function that frees it, which also erases what the object holds.
/// Each has a single owner that does not use it from two threads at once, so calls take the pointer without counting references;
/// the owner keeps itself alive until its last call has returned.
/// </summary>
internal sealed unsafe class LibCryptoHandle : SafeHandle
{
    private readonly delegate*<nint, void> free;

    private LibCryptoHandle(nint pointer, delegate*<nint, void> free, string operation)
        : base(0, ownsHandle: true)
    {
        this.free = free;
        SetHandle(LibCrypto.Check(pointer, operation));
    }

    public override bool IsInvalid => handle == 0;

    public nint Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    public static LibCryptoHandle Cipher() => new(LibCrypto.EVP_CIPHER_CTX_new(), &LibCrypto.EVP_CIPHER_CTX_free, "EVP_CIPHER_CTX_new");

    public static LibCryptoHandle Mac(nint mac) => new(LibCrypto.EVP_MAC_CTX_new(mac), &LibCrypto.EVP_MAC_CTX_free, "EVP_MAC_CTX_new");

    public static LibCryptoHandle Key(nint key) => new(key, &LibCrypto.EVP_PKEY_free, "EVP_PKEY_new_raw_key");

    public static LibCryptoHandle KeyOperation(LibCryptoHandle key) =>
        new(LibCrypto.EVP_PKEY_CTX_new(key.Pointer, 0), &LibCrypto.EVP_PKEY_CTX_free, "EVP_PKEY_CTX_new");

    public static LibCryptoHandle Digest() => new(LibCrypto.EVP_MD_CTX_new(), &LibCrypto.EVP_MD_CTX_free, "EVP_MD_CTX_new");

    public static LibCryptoHandle Number() => new(LibCrypto.BN_new(), &LibCrypto.BN_clear_free, "BN_new");

    public static LibCryptoHandle Number(ReadOnlySpan<byte> bigEndian)
    {
        fixed (byte* bytes = bigEndian)
            return new(LibCrypto.BN_bin2bn(bytes, bigEndian.Length, 0), &LibCrypto.BN_clear_free, "BN_bin2bn");
    }

    public static LibCryptoHandle NumberPool() => new(LibCrypto.BN_CTX_new(), &LibCrypto.BN_CTX_free, "BN_CTX_new");

    public static LibCryptoHandle Montgomery() => new(LibCrypto.BN_MONT_CTX_new(), &LibCrypto.BN_MONT_CTX_free, "BN_MONT_CTX_new");

    public static LibCryptoHandle CurveGroup(int curve) =>
        new(LibCrypto.EC_GROUP_new_by_curve_name(curve), &LibCrypto.EC_GROUP_free, "EC_GROUP_new_by_curve_name");

    public static LibCryptoHandle Point(LibCryptoHandle group) =>
        new(LibCrypto.EC_POINT_new(group.Pointer), &LibCrypto.EC_POINT_clear_free, "EC_POINT_new");

    protected override bool ReleaseHandle()
    {
        free(handle);
        return true;
    }
}
