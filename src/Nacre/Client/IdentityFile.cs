using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>A private key file of a user, such as ~/.ssh/id_ed25519: offered by its public half, unlocked only when a server wants it.</summary>
public sealed class IdentityFile : IIdentity, IDisposable
{
    private const int MaxPublicLength = 64 * 1024;

    private readonly PrivateKeyFile? _file;
    private readonly SshException? _fault;
    private readonly IPassphraseSource? _passphrases;
    private readonly int _prompts;
    private PrivateKey? _key;
    private bool _wasOpened;

    private IdentityFile(string path, PublicKey? publicKey, PrivateKeyFile? file, SshException? fault, IPassphraseSource? passphrases, int prompts)
    {
        (Name, PublicKey, _file, _fault, _passphrases, _prompts) = (path, publicKey, file, fault, passphrases, prompts);
    }

    /// <summary>The file's name.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public PublicKey? PublicKey { get; private set; }

    /// <inheritdoc/>
    public bool SignsUnasked => (_key is not null || _file is { IsEncrypted: false }) && PublicKey?.PlainKey is not SecurityPublicKey;

    /// <summary>True when there is a private key in the file; false for a public key, whose private half an agent may have.</summary>
    public bool HasPrivateKey => _file is not null || _fault is not null;

    /// <summary>Signs with a key that a security key keeps; null where none can be reached.</summary>
    internal Func<SecurityPrivateKey, ISigner>? SecurityKeys { get; set; }

    /// <summary>Hears of the key when it is first opened.</summary>
    internal Func<IdentityFile, PrivateKey, CancellationToken, ValueTask>? Opened { get; set; }

    /// <summary>Looks at a key file. Its public half comes from the file itself or from the one beside it with .pub.</summary>
    /// <param name="path">The file.</param>
    /// <param name="passphrases">Asks for passphrases; without it locked keys are left out.</param>
    /// <param name="prompts">How often a passphrase is asked for.</param>
    /// <returns>The identity; null when there is no such file.</returns>
    public static IdentityFile? Find(string path, IPassphraseSource? passphrases = null, int prompts = 3)
    {
        PrivateKeyFile? file = null;
        SshException? fault = null;
        PublicKey? publicKey = null;
        try
        {
            using PrivateFile contents = PrivateFile.Read(path, PrivateKeyFile.MaxLength);
            publicKey = ReadPublic(contents.Contents.Span);
            if (publicKey is not null) return new IdentityFile(path, publicKey, null, null, passphrases, prompts);
            file = PrivateKeyFile.Parse(contents.Contents.Span);
            string shown = Printable.Escape(path);
            if (contents.FindExposure(shown) is { } exposure) fault = new SshException($"{exposure}\nLoad key \"{shown}\": bad permissions");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            publicKey = ReadPublicFile(path);
            return publicKey is null ? null : new IdentityFile(path, publicKey, null, null, passphrases, prompts);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or KeyFormatException)
        {
            fault = new SshException($"Load key \"{Printable.Escape(path)}\": {Reason(error)}", error);
        }

        publicKey = file?.PublicKey ?? ReadPublicFile(path);
        if (fault is not null)
        {
            file?.Dispose();
            file = null;
        }

        var identity = new IdentityFile(path, publicKey, file, fault, passphrases, prompts);
        if (publicKey is null && identity.SignsUnasked) identity.TryLearnPublicKey();
        return identity;
    }

    /// <inheritdoc/>
    public async ValueTask<ISigner?> OpenAsync(CancellationToken ct)
    {
        _key ??= await ReadKeyAsync(ct).ConfigureAwait(false);
        PublicKey ??= _key?.PublicKey;
        if (_key is not null && !_wasOpened)
        {
            _wasOpened = true;
            if (Opened is { } opened) await opened(this, _key, ct).ConfigureAwait(false);
        }

        return _key is SecurityPrivateKey kept && SecurityKeys is { } reach ? reach(kept) : _key;
    }

    /// <summary>Erases what was read.</summary>
    public void Dispose()
    {
        _key?.Dispose();
        _file?.Dispose();
    }

    private async ValueTask<PrivateKey?> ReadKeyAsync(CancellationToken ct)
    {
        if (_fault is not null) throw _fault;
        if (_file is null) throw new SshException($"Load key \"{Printable.Escape(Name)}\": the file holds no private key");
        return _file.IsEncrypted ? await UnlockAsync(_file, ct).ConfigureAwait(false) : Unlock(_file, null);
    }

    private async ValueTask<PrivateKey?> UnlockAsync(PrivateKeyFile file, CancellationToken ct)
    {
        for (int attempt = 1; attempt <= _prompts && _passphrases is not null; attempt++)
        {
            using Password? passphrase = await _passphrases.AskPassphraseAsync(Name, attempt, ct).ConfigureAwait(false);
            if (passphrase is null || passphrase.Utf8.IsEmpty) return null;
            if (Unlock(file, passphrase) is { } key) return key;
        }

        return null;
    }

    /// <summary>The key, or null when the passphrase is wrong.</summary>
    private PrivateKey? Unlock(PrivateKeyFile file, Password? passphrase)
    {
        try
        {
            return file.Unlock(passphrase is null ? default : passphrase.Utf8);
        }
        catch (KeyFormatException error) when (error.Fault == KeyFault.WrongPassphrase)
        {
            return null;
        }
        catch (KeyFormatException error)
        {
            throw new SshException($"Load key \"{Printable.Escape(Name)}\": {error.Message}", error);
        }
    }

    // A PEM file that is not locked tells its public half only by the private one.
    private void TryLearnPublicKey()
    {
        try
        {
            _key = Unlock(_file!, null);
            PublicKey = _key?.PublicKey;
        }
        catch (SshException)
        {
            // OpenAsync says why when it comes to this key.
        }
    }

    private static PublicKey? ReadPublicFile(string path)
    {
        try
        {
            using PrivateFile file = PrivateFile.Read(path + ".pub", MaxPublicLength);
            return ReadPublic(file.Contents.Span);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static PublicKey? ReadPublic(ReadOnlySpan<byte> contents) =>
        contents.Length > MaxPublicLength || contents.StartsWith("-----BEGIN"u8) ? null : PublicKeyLine.FindFirst(contents)?.Key;

    private static string Reason(Exception error) => error is UnauthorizedAccessException ? "Permission denied" : error.Message;
}
