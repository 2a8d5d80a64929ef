using System.Security.Cryptography;
using System.Text;
using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.SshKeygen;

/// <summary>Signs files, each into one beside it with .sig, or standard input (-Y sign), with a key in a file or in an agent.</summary>
internal sealed class MessageSigning(KeygenTask task)
{
    private const string StandardInput = "-";

    private static readonly string[] PublicEndings = ["-cert.pub", ".pub"];

    private KeygenSettings Settings => task.Settings;

    public async Task<int> RunAsync()
    {
        if (Settings.Files.Count > 1 && Settings.Files.Contains(StandardInput)) throw new FatalException("Cannot sign mix of paths and standard input");
        SignatureOptions options = SignatureOptions.Parse(Settings.Certificate.Options, ["hashalg"]);
        string path = Settings.File!;
        PublicKey? known = KeyFiles.LoadPublicPart(path)?.Key;
        await using AgentClient? agent = await ConnectAsync().ConfigureAwait(false);
        ISigner? kept = agent is null || known is null ? null : await FindAsync(agent, known).ConfigureAwait(false);
        if (kept is null && Settings.Certificate.IsInAgent) throw new FatalException(agent is null ? "Couldn't get agent socket" : "Couldn't find key in agent");
        using OpenedKey? opened = kept is null ? Open(path, known) : null;
        ISigner signer = kept ?? SignerOf(opened!.Key, known);
        if (Settings.Files.Count == 0) await SignInputAsync(signer, options.Hash).ConfigureAwait(false);
        foreach (string file in Settings.Files)
        {
            await (file == StandardInput ? SignInputAsync(signer, options.Hash) : SignFileAsync(file, signer, options.Hash)).ConfigureAwait(false);
        }

        return 0;
    }

    private ISigner SignerOf(PrivateKey key, PublicKey? known)
    {
        ISigner signer = task.SignerOf(key, $"Enter PIN for {key.PublicKey.ShortType} key: ");
        return known is Certificate certificate ? new CertifiedSigner(certificate, signer) : signer;
    }

    private static async Task<AgentClient?> ConnectAsync()
    {
        string? socket = Environment.GetEnvironmentVariable("SSH_AUTH_SOCK");
        return string.IsNullOrEmpty(socket) ? null : await AgentClient.ConnectAsync(socket, default).ConfigureAwait(false);
    }

    /// <summary>What the agent keeps for a key; for a certificate, where it has not the very one, the key in it.</summary>
    private static async Task<ISigner?> FindAsync(AgentClient agent, PublicKey known)
    {
        IReadOnlyList<AgentIdentity> identities = await agent.ListAsync(default).ConfigureAwait(false);
        if (identities.FirstOrDefault(each => each.PublicKey.Equals(known)) is { } kept) return kept;
        AgentIdentity? plain = identities.FirstOrDefault(each => each.PublicKey.Equals(known.PlainKey));
        return known is Certificate certificate && plain is not null ? new CertifiedSigner(certificate, plain) : null;
    }

    /// <summary>Opens the private key; where a public key or a certificate was named, that of its name without the ending.</summary>
    private OpenedKey Open(string path, PublicKey? known)
    {
        string? ending = PublicEndings.FirstOrDefault(each => path.Length > each.Length && path.EndsWith(each, StringComparison.Ordinal));
        string file = ending is null ? path : path[..^ending.Length];
        if (ending is not null && !Path.Exists(file)) throw new FatalException($"No private key found for public key \"{path}\"");
        if (known is null && !Path.Exists(file)) throw new FatalException($"Couldn't load public key {path}: {KeyFiles.WhyNoPublicKey(path)}");
        OpenedKey opened = task.Files.Open(task.Answers, file, $"Load key \"{file}\"", $"Enter passphrase for \"{file}\": ", Settings.Passphrase);
        if (known is null || known.PlainKey.Equals(opened.Key.PublicKey)) return opened;
        opened.Dispose();
        throw new FatalException($"Public key {path} doesn't match private {file}");
    }

    private async Task SignInputAsync(ISigner signer, HashAlgorithmName hash)
    {
        Say("Signing data on standard input");
        task.Output.Write(await SignAsync("(stdin)", task.Answers.Rest, signer, hash).ConfigureAwait(false));
    }

    private async Task SignFileAsync(string file, ISigner signer, HashAlgorithmName hash)
    {
        string signature, target = file + ".sig";
        await using (Stream message = OpenMessage(file))
        {
            Say($"Signing file {file}");
            signature = await SignAsync(file, message, signer, hash).ConfigureAwait(false);
        }

        if (!task.Answers.MayReplace(target)) return;
        try
        {
            KeyFiles.SaveText(target, Encoding.ASCII.GetBytes(signature));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Cannot open {target}: {LocalFault.Describe(failure, target)}");
        }

        Say($"Write signature to {target}");
    }

    private static FileStream OpenMessage(string file)
    {
        try
        {
            return KeyFiles.OpenRead(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Cannot open {file} for signing: {LocalFault.Describe(failure, file)}");
        }
    }

    private async Task<string> SignAsync(string name, Stream message, ISigner signer, HashAlgorithmName hash)
    {
        try
        {
            byte[] digest = await CryptographicOperations.HashDataAsync(hash, message).ConfigureAwait(false);
            SshSignature signature = await SshSignature.SignHashAsync(signer, Settings.Certificate.Principals!, hash, digest).ConfigureAwait(false);
            return signature.ToString();
        }
        catch (Exception failure) when (failure is SshException or ArgumentException or IOException)
        {
            throw new FatalException($"Signing {name} failed: {(failure is IOException ? LocalFault.Describe(failure, name) : failure.Message)}");
        }
    }

    private void Say(string text)
    {
        if (!Settings.IsQuiet) task.Error.WriteLine(text);
    }
}
