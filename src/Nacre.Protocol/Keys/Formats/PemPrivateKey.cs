using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Writes private keys as PEM, for programs that do not read OpenSSH's format. Comments are lost.</summary>
internal static class PemPrivateKey
{
    /// <summary>OpenSSL writes nothing that is locked with less.</summary>
    public const int MinPassphrase = 5;

    /// <summary>How often PBKDF2 is applied: some tenths of a second for each guess of the passphrase.</summary>
    private const int Iterations = 600_000;

    private const int SaltSize = 16;
    private const int LineLength = 64;

    /// <summary>More than the DER of the largest RSA key.</summary>
    private const int MaxDer = 16384;

    /// <summary>Ed25519 keys have no traditional form.</summary>
    public static bool HasTraditionalForm(PrivateKey key) => TraditionalLabel(key) is not null;

    /// <summary>Writes the text of a file.</summary>
    /// <param name="key">The key; for the traditional form one that has it.</param>
    /// <param name="format"><see cref="PrivateKeyFormat.Pem"/> or <see cref="PrivateKeyFormat.Pkcs8"/>.</param>
    /// <param name="passphrase">Locks the file; empty leaves it in clear.</param>
    public static Secret Write(PrivateKey key, PrivateKeyFormat format, ReadOnlySpan<byte> passphrase)
    {
        if (!passphrase.IsEmpty && passphrase.Length < MinPassphrase) throw new ArgumentException($"A passphrase of a PEM file has at least {MinPassphrase} bytes.", nameof(passphrase));
        bool isPkcs8 = format == PrivateKeyFormat.Pkcs8;
        string label = isPkcs8 ? DerPrivateKey.Pkcs8Label : TraditionalLabel(key) ?? throw new ArgumentException("The key has no traditional form.", nameof(key));
        using var room = new Secret(MaxDer);
        if (!key.TryWriteDer(isPkcs8, room.Span, out int length)) throw new InvalidOperationException($"The DER of a private key has more than {MaxDer} bytes.");
        ReadOnlySpan<byte> der = room.Span[..length];
        if (passphrase.IsEmpty) return PemBlock.Write(label, default, der, LineLength);
        if (!isPkcs8) return LegacyPem.Write(label, der, passphrase, LineLength);
        byte[] locked = Pbes2.Encrypt(der, passphrase, Iterations, SaltSize);
        return PemBlock.Write(DerPrivateKey.EncryptedPkcs8Label, default, locked, LineLength);
    }

    private static string? TraditionalLabel(PrivateKey key) => key switch
    {
        RsaPrivateKey => DerPrivateKey.Pkcs1Label,
        EcdsaPrivateKey => DerPrivateKey.Sec1Label,
        _ => null,
    };
}
