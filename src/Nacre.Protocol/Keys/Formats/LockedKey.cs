namespace Nacre.Protocol.Keys.Formats;

/// <summary>A private key in one of the forms of files, before it is unlocked.</summary>
internal abstract class LockedKey : IDisposable
{
    /// <summary>The public key where the form tells it without a passphrase, otherwise null.</summary>
    public PublicKey? PublicKey { get; protected init; }

    /// <summary>True where a passphrase is needed.</summary>
    public bool IsEncrypted { get; protected init; }

    /// <summary>True where the form has a place for a comment.</summary>
    public bool KeepsComment { get; protected init; }

    /// <summary>The key; the passphrase is not empty where one is needed.</summary>
    public abstract PrivateKey Unlock(ReadOnlySpan<byte> passphrase);

    /// <summary>Erases what was read.</summary>
    public abstract void Dispose();
}
