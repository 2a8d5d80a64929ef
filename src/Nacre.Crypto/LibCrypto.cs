using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Nacre.Crypto;

/// <summary>
/// The binding of OpenSSL's libcrypto, version 3, which the runtime itself loads on Linux; the only P/Invoke of this floor.
/// Signatures are blittable, so that a call costs no marshalling. Names are libcrypto's own. Calls that always end well below a
/// microsecond skip the switch of the collector's mode; those that work through a packet do not.
/// </summary>
internal static unsafe partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    public const int GetTag = 0x10;
    public const int SetTag = 0x11;
    public const int X25519KeyType = 1034;
    public const int Ed25519KeyType = 1087;
    public const int ConstantTimeFlag = 4;

    /// <summary>The switch of a program (a RuntimeHostConfigurationOption) that has libcrypto make no tables of what it could do and say.</summary>
    /// <remarks>
    /// The tables are of error texts, which are then told by their numbers, and of ciphers and digests by name, which nobody here looks up. A process that asks libcrypto for
    /// one digest pays four million instructions and 70 KiB for them. They are the whole process's, so a library leaves that to its program.
    /// </remarks>
    private const string LeavesOutTables = "Nacre.Crypto.LeavesOutTables";

    // OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, OPENSSL_INIT_NO_ADD_ALL_CIPHERS and OPENSSL_INIT_NO_ADD_ALL_DIGESTS
    private const ulong WithoutTables = 0x1 | 0x10 | 0x20;

    // OPENSSL_INIT_NO_ATEXIT, as the base library has it: at the end of a process other threads may still be at work.
    private const ulong WithoutCleaning = 0x80000;

    static LibCrypto() => NativeLibrary.SetDllImportResolver(typeof(LibCrypto).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
            return 0;

        // By its plain name first, which is where the runtime has it from; the way by the assembly asks for that one's attributes.
        if (NativeLibrary.TryLoad(Library, out nint handle) ||
            NativeLibrary.TryLoad(Library, assembly, path, out handle) ||
            (NativeLibrary.TryLoad("libcrypto.so", assembly, path, out handle) &&
                NativeLibrary.TryGetExport(handle, "EVP_MAC_fetch", out _)))
        {
            Start(handle);
            return handle;
        }
        throw new DllNotFoundException("OpenSSL 3 is needed: libcrypto.so.3 was not found; install the package libssl3");
    }

    // Only the first call in a process decides what it leaves out; where the base library has used libcrypto before, that was it.
    private static void Start(nint library)
    {
        bool leavesOutTables = AppContext.TryGetSwitch(LeavesOutTables, out bool isSet) && isSet;
        var initialize = (delegate* unmanaged<ulong, nint, int>)NativeLibrary.GetExport(library, "OPENSSL_init_crypto");
        _ = initialize(WithoutCleaning | (leavesOutTables ? WithoutTables : 0), 0);
    }

    /// <summary>True where it is of this version or a later one.</summary>
    public static bool IsAtLeast(uint major, uint minor) => OpenSSL_version_num() >> 20 >= ((major << 8) | minor);

    /// <summary>Turns libcrypto's "1 is success" into an exception that names the operation.</summary>
    public static void Check(int result, string operation)
    {
        if (result <= 0)
            Fail(operation);
    }

    public static nint Check(nint result, string operation)
    {
        if (result == 0)
            Fail(operation);
        return result;
    }

    [DoesNotReturn]
    public static void Fail(string operation)
    {
        byte* text = stackalloc byte[256];
        ERR_error_string_n(ERR_peek_error(), text, 256);
        ERR_clear_error();
        string reason = Encoding.ASCII.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
        throw new CryptographicException($"libcrypto could not do {operation}: {reason}");
    }

    [LibraryImport(Library)]
    internal static partial nuint ERR_peek_error();

    [LibraryImport(Library)]
    internal static partial void ERR_error_string_n(nuint error, byte* text, nuint length);

    [LibraryImport(Library)]
    internal static partial void ERR_clear_error();

    [LibraryImport(Library)]
    private static partial nuint OpenSSL_version_num();

    // Ciphers

    [LibraryImport(Library)]
    internal static partial nint EVP_aes_128_gcm();

    [LibraryImport(Library)]
    internal static partial nint EVP_aes_256_gcm();

    [LibraryImport(Library)]
    internal static partial nint EVP_aes_128_ctr();

    [LibraryImport(Library)]
    internal static partial nint EVP_aes_192_ctr();

    [LibraryImport(Library)]
    internal static partial nint EVP_aes_256_ctr();

    [LibraryImport(Library)]
    internal static partial nint EVP_aes_128_cbc();

    [LibraryImport(Library)]
    internal static partial nint EVP_aes_192_cbc();

    [LibraryImport(Library)]
    internal static partial nint EVP_aes_256_cbc();

    [LibraryImport(Library)]
    internal static partial nint EVP_aes_128_ecb();

    [LibraryImport(Library)]
    internal static partial nint EVP_des_ede3_cbc();

    [LibraryImport(Library)]
    internal static partial nint EVP_chacha20();

    [LibraryImport(Library)]
    internal static partial nint EVP_CIPHER_CTX_new();

    [LibraryImport(Library)]
    internal static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(Library)]
    internal static partial int EVP_CIPHER_CTX_set_padding(nint context, int padding);

    [LibraryImport(Library)]
    internal static partial int EVP_CIPHER_CTX_get_updated_iv(nint context, byte* iv, nuint length);

    [LibraryImport(Library)]
    internal static partial int EVP_CipherInit_ex(nint context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex")]
    [SuppressGCTransition]
    internal static partial int EVP_CipherInit_ex_Brief(nint context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    [LibraryImport(Library)]
    internal static partial int EVP_CipherUpdate(nint context, byte* output, int* written, byte* input, int length);

    /// <summary>The same for inputs of a few blocks.</summary>
    [LibraryImport(Library, EntryPoint = "EVP_CipherUpdate")]
    [SuppressGCTransition]
    internal static partial int EVP_CipherUpdate_Brief(nint context, byte* output, int* written, byte* input, int length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int EVP_CipherFinal_ex(nint context, byte* output, int* written);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int EVP_CIPHER_CTX_ctrl(nint context, int command, int length, byte* pointer);

    // Message authentication

    [LibraryImport(Library)]
    internal static partial nint EVP_MAC_fetch(nint library, byte* name, byte* properties);

    [LibraryImport(Library)]
    internal static partial void EVP_MAC_free(nint mac);

    [LibraryImport(Library)]
    internal static partial nint EVP_MAC_CTX_new(nint mac);

    [LibraryImport(Library)]
    internal static partial void EVP_MAC_CTX_free(nint context);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int EVP_MAC_init(nint context, byte* key, nuint keyLength, nint parameters);

    [LibraryImport(Library)]
    internal static partial int EVP_MAC_update(nint context, byte* data, nuint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int EVP_MAC_final(nint context, byte* output, nuint* written, nuint capacity);

    // Digests with a plain state that can be copied, which HMAC needs twice for every packet, and that cost nothing to set up

    [LibraryImport(Library)]
    internal static partial int SHA1_Init(byte* state);

    [LibraryImport(Library)]
    internal static partial int SHA1_Update(byte* state, byte* data, nuint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int SHA1_Final(byte* digest, byte* state);

    [LibraryImport(Library)]
    internal static partial int SHA256_Init(byte* state);

    [LibraryImport(Library)]
    internal static partial int SHA256_Update(byte* state, byte* data, nuint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int SHA256_Final(byte* digest, byte* state);

    [LibraryImport(Library)]
    internal static partial int SHA384_Init(byte* state);

    [LibraryImport(Library)]
    internal static partial int SHA384_Update(byte* state, byte* data, nuint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int SHA384_Final(byte* digest, byte* state);

    [LibraryImport(Library)]
    internal static partial int SHA512_Init(byte* state);

    [LibraryImport(Library)]
    internal static partial int SHA512_Update(byte* state, byte* data, nuint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int SHA512_Final(byte* digest, byte* state);

    // Keys on Curve25519

    [LibraryImport(Library)]
    internal static partial nint EVP_PKEY_new_raw_private_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    internal static partial nint EVP_PKEY_new_raw_public_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_get_raw_public_key(nint key, byte* output, nuint* length);

    [LibraryImport(Library)]
    internal static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    internal static partial nint EVP_PKEY_CTX_new(nint key, nint engine);

    [LibraryImport(Library)]
    internal static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_derive_init(nint context);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_derive_set_peer(nint context, nint peer);

    [LibraryImport(Library)]
    internal static partial int EVP_PKEY_derive(nint context, byte* output, nuint* length);

    [LibraryImport(Library)]
    internal static partial nint EVP_MD_CTX_new();

    [LibraryImport(Library)]
    internal static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    internal static partial int EVP_DigestSignInit(nint context, nint* keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library)]
    internal static partial int EVP_DigestSign(nint context, byte* signature, nuint* signatureLength, byte* message, nuint length);

    [LibraryImport(Library)]
    internal static partial int EVP_DigestVerifyInit(nint context, nint* keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library)]
    internal static partial int EVP_DigestVerify(nint context, byte* signature, nuint signatureLength, byte* message, nuint length);

    // Large numbers

    [LibraryImport(Library)]
    internal static partial nint BN_new();

    [LibraryImport(Library)]
    internal static partial void BN_clear_free(nint number);

    [LibraryImport(Library)]
    internal static partial nint BN_bin2bn(byte* bytes, int length, nint number);

    [LibraryImport(Library)]
    internal static partial int BN_bn2binpad(nint number, byte* output, int length);

    [LibraryImport(Library)]
    internal static partial int BN_num_bits(nint number);

    [LibraryImport(Library)]
    internal static partial void BN_set_flags(nint number, int flags);

    [LibraryImport(Library)]
    internal static partial int BN_cmp(nint left, nint right);

    [LibraryImport(Library)]
    internal static partial int BN_is_one(nint number);

    [LibraryImport(Library)]
    internal static partial int BN_is_zero(nint number);

    [LibraryImport(Library)]
    internal static partial int BN_is_odd(nint number);

    [LibraryImport(Library)]
    internal static partial int BN_is_bit_set(nint number, int bit);

    [LibraryImport(Library)]
    internal static partial int BN_sub_word(nint number, ulong word);

    [LibraryImport(Library)]
    internal static partial int BN_add_word(nint number, ulong word);

    [LibraryImport(Library)]
    internal static partial ulong BN_mod_word(nint number, ulong word);

    [LibraryImport(Library)]
    internal static partial int BN_rshift(nint result, nint number, int bits);

    [LibraryImport(Library)]
    internal static partial int BN_nnmod(nint remainder, nint number, nint modulus, nint context);

    [LibraryImport(Library)]
    internal static partial int BN_mul(nint result, nint left, nint right, nint context);

    [LibraryImport(Library)]
    internal static partial int BN_mod_mul(nint result, nint left, nint right, nint modulus, nint context);

    [LibraryImport(Library)]
    internal static partial int BN_mod_sqr(nint result, nint number, nint modulus, nint context);

    [LibraryImport(Library)]
    internal static partial int BN_mod_exp_mont(nint result, nint number, nint exponent, nint modulus, nint context, nint montgomery);

    [LibraryImport(Library)]
    internal static partial int BN_mod_exp_mont_consttime(nint result, nint number, nint exponent, nint modulus, nint context, nint montgomery);

    [LibraryImport(Library)]
    internal static partial nint BN_CTX_new();

    [LibraryImport(Library)]
    internal static partial void BN_CTX_free(nint context);

    [LibraryImport(Library)]
    internal static partial nint BN_MONT_CTX_new();

    [LibraryImport(Library)]
    internal static partial int BN_MONT_CTX_set(nint montgomery, nint modulus, nint context);

    [LibraryImport(Library)]
    internal static partial void BN_MONT_CTX_free(nint montgomery);

    // Points on the NIST curves

    [LibraryImport(Library)]
    internal static partial nint EC_GROUP_new_by_curve_name(int curve);

    [LibraryImport(Library)]
    internal static partial void EC_GROUP_free(nint group);

    [LibraryImport(Library)]
    internal static partial nint EC_GROUP_get0_order(nint group);

    [LibraryImport(Library)]
    internal static partial nint EC_POINT_new(nint group);

    [LibraryImport(Library)]
    internal static partial void EC_POINT_clear_free(nint point);

    [LibraryImport(Library)]
    internal static partial int EC_POINT_oct2point(nint group, nint point, byte* bytes, nuint length, nint context);

    [LibraryImport(Library)]
    internal static partial nuint EC_POINT_point2oct(nint group, nint point, int form, byte* output, nuint length, nint context);

    [LibraryImport(Library)]
    internal static partial int EC_POINT_mul(nint group, nint result, nint generatorFactor, nint point, nint factor, nint context);

    [LibraryImport(Library)]
    internal static partial int EC_POINT_get_affine_coordinates(nint group, nint point, nint x, nint y, nint context);
}
