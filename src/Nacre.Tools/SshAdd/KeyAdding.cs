using System.Security.Cryptography;
using Nacre.Client;
using Nacre.Crypto;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.Shared;
using Nacre.Tools.SshKeygen;
using Nacre.Unix;

namespace Nacre.Tools.SshAdd;

/// <summary>Gives an agent the keys of files, each with the certificate that lies beside it.</summary>
/// <remarks>A passphrase that has opened one file is tried on the next, so that several keys with the same one ask once.</remarks>
internal sealed class KeyAdding(AgentClient agent, AddSettings settings, AddPlace place, Answers answers, AddReport report) : IDisposable
{
    /// <summary>How long after its end a certificate stays, for clocks that differ; OpenSSH's.</summary>
    private const int GraceSeconds = 300;

    private byte[] _passphrase = [];

    public async Task<bool> RunAsync()
    {
        AgentConstraints constraints = AgentConstraints.None with
        {
            Lifetime = settings.Lifetime,
            MustConfirm = settings.MustConfirm,
            Destinations = DestinationReader.ReadAll(settings, place, report),
        };
        IReadOnlyList<string> files = settings.Files.Count > 0 ? settings.Files : [.. place.UsualKeys()];
        int added = 0;
        foreach (string file in files)
        {
            if (await AddFileAsync(file, constraints).ConfigureAwait(false)) added++;
        }

        return added > 0 && added == files.Count;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_passphrase);

    private async Task<bool> AddFileAsync(string file, AgentConstraints constraints)
    {
        bool isInput = file == "-";
        string name = isInput ? "(stdin)" : file;
        using PrivateKey? key = await LoadAsync(file, name).ConfigureAwait(false);
        if (key is null) return false;
        if (key is SecurityPrivateKey)
        {
            if (settings.SecurityKeyProvider is null)
            {
                report.Say($"Cannot load FIDO key {name} without provider");
                return false;
            }

            constraints = constraints with { SecurityKeyProvider = settings.SecurityKeyProvider };
        }

        string comment = key.Comment.Length > 0 ? key.Comment : name;
        bool isAdded = !settings.IsCertificatesOnly && await AddKeyAsync(key, name, comment, constraints).ConfigureAwait(false);
        if (settings.IsKeysOnly || isInput) return isAdded;
        if (KeyCertificate.TryFind(file, key.PublicKey, report, out KeyCertificate? found))
        {
            bool isCertified = await AddCertificateAsync(key, found, comment, constraints).ConfigureAwait(false);
            return settings.IsCertificatesOnly ? isCertified : isAdded;
        }

        if (settings.IsCertificatesOnly) report.Fail($"No certificate of {name} was added");
        return isAdded;
    }

    private async Task<bool> AddKeyAsync(PrivateKey key, string name, string comment, AgentConstraints constraints)
    {
        try
        {
            await agent.AddAsync(key, comment, constraints).ConfigureAwait(false);
        }
        catch (SshException refused)
        {
            report.Say($"Could not add identity \"{name}\": {refused.Message}");
            return false;
        }

        report.Done($"Identity added: {name} ({Printable.Escape(comment)})");
        TellConstraints(constraints);
        return true;
    }

    private async Task<bool> AddCertificateAsync(PrivateKey key, KeyCertificate found, string comment, AgentConstraints constraints)
    {
        string keyId = Printable.Escape(found.Certificate.KeyId);
        if (!TryLimit(found.Certificate, constraints, out AgentConstraints limited))
        {
            report.Fail($"Certificate {found.Path} ({keyId}) has expired; get a new one, or add it with -N");
            return false;
        }

        try
        {
            await agent.AddAsync(key, comment, limited, found.Certificate).ConfigureAwait(false);
        }
        catch (SshException refused)
        {
            report.Fail($"Certificate {found.Path} ({keyId}) add failed: {refused.Message}");
            return false;
        }

        report.Done($"Certificate added: {found.Path} ({keyId})");
        TellConstraints(limited);
        return true;
    }

    /// <summary>Limits the time that a certificate is kept to that in which it is good for something; false where that is over.</summary>
    private bool TryLimit(Certificate certificate, AgentConstraints constraints, out AgentConstraints limited)
    {
        limited = constraints;
        if (settings.KeepsExpired || certificate.ValidBefore == ulong.MaxValue) return true;
        double left = certificate.ValidBefore + (double)GraceSeconds - place.Time.GetUtcNow().ToUnixTimeSeconds();
        if (left <= 0) return false;
        var rest = TimeSpan.FromSeconds(Math.Min(left, int.MaxValue));
        if (constraints.Lifetime is not { } lifetime || rest < lifetime) limited = constraints with { Lifetime = rest };
        return true;
    }

    private void TellConstraints(AgentConstraints constraints)
    {
        if (constraints.Lifetime is { } lifetime) report.Done($"Lifetime set to {(long)lifetime.TotalSeconds} seconds");
        if (constraints.MustConfirm) report.Done("The user must confirm each use of the key");
    }

    /// <summary>Reads a key; null when it cannot be had, which has been told.</summary>
    private async Task<PrivateKey?> LoadAsync(string file, string name)
    {
        try
        {
            using Secret? contents = file == "-" ? await answers.ReadSecretAsync(PrivateKeyFile.MaxLength).ConfigureAwait(false) : await ReadAsync(file).ConfigureAwait(false);
            if (contents is null) return null;
            using PrivateKeyFile locked = PrivateKeyFile.Parse(contents.Span);
            return locked.IsEncrypted ? Unlock(locked, name) : locked.Unlock();
        }
        catch (KeyFormatException refused)
        {
            report.Say($"Error loading key \"{name}\": {SshKeygenApplet.Explain(refused)}");
        }
        catch (Exception unreadable) when (LocalFault.Is(unreadable))
        {
            report.Say($"Error loading key \"{name}\": {LocalFault.Describe(unreadable, file)}");
        }

        return null;
    }

    private async Task<Secret?> ReadAsync(string file)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(FileSafety.OpenAnyKind(file, out FileStatus status), FileAccess.Read, bufferSize: 0);
            if (FileSafety.FindExposure(file, status) is { } exposure)
            {
                foreach (string line in exposure.Split('\n')) report.Fail(line);
                await stream.DisposeAsync().ConfigureAwait(false);
                return null;
            }
        }
        catch (UnixException missing)
        {
            report.Say($"{file}: {UnixException.Describe(missing.Errno)}");
            return null;
        }

        await using (stream.ConfigureAwait(false)) return await SecretInput.ReadAsync(stream, PrivateKeyFile.MaxLength).ConfigureAwait(false);
    }

    /// <summary>Opens a key by the last passphrase, or asks until one opens it; null when the person gives up.</summary>
    private PrivateKey? Unlock(PrivateKeyFile locked, string name)
    {
        if (_passphrase.Length > 0 && TryUnlock(locked, out PrivateKey? key)) return key;
        string subject = name + (settings.MustConfirm ? " (will confirm each use)" : "");
        for (string question = "Enter passphrase for"; ; question = "Bad passphrase, try again for")
        {
            CryptographicOperations.ZeroMemory(_passphrase);
            _passphrase = answers.AskPassphrase($"{question} {subject}: ");
            if (_passphrase.Length == 0) return null;
            if (TryUnlock(locked, out key)) return key;
        }
    }

    private bool TryUnlock(PrivateKeyFile locked, out PrivateKey? key)
    {
        try
        {
            key = locked.Unlock(_passphrase);
            return true;
        }
        catch (KeyFormatException wrong) when (wrong.Fault == KeyFault.WrongPassphrase)
        {
            key = null;
            return false;
        }
    }
}
