using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Tools.Tokens;

namespace Nacre.Tools.SshKeygen;

/// <summary>Certifies public keys with an authority's key, which is in a file, in an agent or in a token; each certificate lies beside its key as -cert.pub.</summary>
internal sealed class CertificateSigning(KeygenTask task)
{
    private const string Agent = "SSH_AUTH_SOCK";

    private CertificateSettings Wanted => task.Settings.Certificate;

    public async Task<int> RunAsync()
    {
        CertificateTerms terms = Wanted.ToTerms();
        string authority = Wanted.Authority!;
        if (task.Settings.TokenLibrary is { } library)
        {
            await using var tokens = new TokenProcess(library);
            return await SignAllAsync(terms, await new KeygenTokens(task).FindAsync(tokens, authority).ConfigureAwait(false)).ConfigureAwait(false);
        }

        if (!Wanted.IsInAgent)
        {
            using OpenedKey opened = task.Files.Open(task.Answers, authority, $"Load key \"{authority}\"", "Enter passphrase: ", task.Settings.Passphrase);
            return await SignAllAsync(terms, task.SignerOf(opened.Key, "Enter PIN for CA key: ")).ConfigureAwait(false);
        }

        PublicKey known = KeyFiles.LoadPublicPart(authority)?.Key
            ?? throw new FatalException($"Cannot load CA public key {authority}: {KeyFiles.WhyNoPublicKey(authority)}");
        await using AgentClient agent = await ConnectAsync().ConfigureAwait(false);
        IReadOnlyList<AgentIdentity> kept = await agent.ListAsync(default).ConfigureAwait(false);
        if (kept.Count == 0) throw new FatalException("Retrieve agent key list: agent contains no identities");
        return await SignAllAsync(terms, kept.FirstOrDefault(each => each.PublicKey.Equals(known)) ?? throw new FatalException($"CA key {authority} not found in agent")).ConfigureAwait(false);
    }

    private static async Task<AgentClient> ConnectAsync()
    {
        string? socket = Environment.GetEnvironmentVariable(Agent);
        if (string.IsNullOrEmpty(socket)) throw new FatalException("Cannot use public key for CA signature: agent not present");
        return await AgentClient.ConnectAsync(socket, default).ConfigureAwait(false)
            ?? throw new FatalException($"Cannot use public key for CA signature: no agent listens at {socket}, which {Agent} names");
    }

    private async Task<int> SignAllAsync(CertificateTerms terms, ISigner authority)
    {
        string? algorithm = AlgorithmFor(authority.PublicKey);
        if (terms.Principals.Count == 0 && !task.Settings.IsQuiet) task.Error.Write("Warning: a certificate without principals (-n) is for nobody; OpenSSH before 10.3 took some of them for everybody's\r\n");
        for (int i = 0; i < task.Settings.Files.Count; i++)
        {
            ulong serial = Wanted.IsNumberedOn ? unchecked(terms.Serial + (ulong)i) : terms.Serial;
            if (serial < terms.Serial) throw new FatalException($"There is no serial number after {ulong.MaxValue}");
            await SignAsync(task.Settings.Files[i], terms with { Serial = serial }, authority, algorithm).ConfigureAwait(false);
        }

        return 0;
    }

    private async Task SignAsync(string path, CertificateTerms terms, ISigner authority, string? algorithm)
    {
        PublicKeyLine line = KeyFiles.LoadPublicPart(path) ?? throw new FatalException($"load pubkey \"{path}\": {KeyFiles.WhyNoPublicKey(path)}");
        if (line.Key is Certificate) throw new FatalException($"key \"{path}\" type {line.Key.ShortType} cannot be certified");
        string target = (path.EndsWith(".pub", StringComparison.Ordinal) ? path[..^".pub".Length] : path) + "-cert.pub";
        try
        {
            KeyFiles.SavePublic(target, await terms.SignAsync(line.Key, authority, algorithm).ConfigureAwait(false), line.Comment);
        }
        catch (Exception refused) when (refused is SshException or ArgumentException)
        {
            throw new FatalException($"Couldn't certify {(Wanted.IsInAgent && task.Settings.TokenLibrary is null ? $"{path} via agent" : $"key {path}")}: {refused.Message}");
        }

        if (task.Settings.IsQuiet) return;
        string names = Wanted.Principals is null ? "" : $" for {Printable.Escape(Wanted.Principals)}";
        string kind = terms.Kind == CertificateKind.Host ? "host" : "user";
        task.Error.Write($"Signed {kind} key {target}: id \"{Printable.Escape(terms.KeyId)}\" serial {terms.Serial}{names} valid {Wanted.Validity}\r\n");
    }

    /// <summary>The algorithm that -t asks for; null for the strongest that the authority's key has.</summary>
    private string? AlgorithmFor(PublicKey authority)
    {
        if (task.Settings.TypeName is not string wanted) return null;
        if (authority.Supports(wanted)) return wanted;
        return wanted == authority.ShortType.ToLowerInvariant() ? null : throw new FatalException($"CA key type {authority.Type} doesn't match specified {Printable.Escape(wanted)}");
    }
}
