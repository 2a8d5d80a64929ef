namespace Nacre.Crypto;

/// <summary>The Poly1305 one-time authenticator (RFC 8439 2.5); each message brings its own key.</summary>
internal sealed unsafe class Poly1305 : IDisposable
{
    public const int KeySize = 32;
    public const int TagSize = 16;

    private readonly LibCryptoHandle context = NewContext();

    /// <summary>Writes the tag of <paramref name="message"/> under <paramref name="key"/>, which no other message may use.</summary>
    public void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> tag)
    {
        if (key.Length != KeySize || tag.Length != TagSize)
            throw new ArgumentException("Poly1305 takes a key of 32 bytes and writes a tag of 16");
        nint pointer = context.Pointer;
        nuint written;
        fixed (byte* keyPointer = key, messagePointer = message, tagPointer = tag)
        {
            LibCrypto.Check(LibCrypto.EVP_MAC_init(pointer, keyPointer, KeySize, 0), "EVP_MAC_init");
            if (!message.IsEmpty)
                LibCrypto.Check(LibCrypto.EVP_MAC_update(pointer, messagePointer, (nuint)message.Length), "EVP_MAC_update");
            LibCrypto.Check(LibCrypto.EVP_MAC_final(pointer, tagPointer, &written, TagSize), "EVP_MAC_final");
        }
        GC.KeepAlive(this);
    }

    public void Dispose() => context.Dispose();

    private static LibCryptoHandle NewContext()
    {
        fixed (byte* name = "POLY1305\0"u8)
        {
            nint mac = LibCrypto.Check(LibCrypto.EVP_MAC_fetch(0, name, null), "EVP_MAC_fetch");
            try
            {
                return LibCryptoHandle.Mac(mac);
            }
            finally
            {
                LibCrypto.EVP_MAC_free(mac);
            }
        }
    }
}
