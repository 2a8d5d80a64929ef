using System.Security.Cryptography;
using Nacre.Protocol.Keys;

namespace Nacre.Tools.SshKeygen;

/// <summary>A private key from a file, with the passphrase that opened it; both are erased on disposal.</summary>
internal sealed class OpenedKey(PrivateKey key, byte[] passphrase, bool keepsComment) : IDisposable
{
    public PrivateKey Key => key;

    /// <summary>Empty where the file has none.</summary>
    public ReadOnlySpan<byte> Passphrase => passphrase;

    /// <summary>False where the file's form has no place for a comment.</summary>
    public bool KeepsComment => keepsComment;

    public void Dispose()
    {
        key.Dispose();
        CryptographicOperations.ZeroMemory(passphrase);
    }
}
