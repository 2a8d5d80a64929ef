using System.Runtime.CompilerServices;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Server;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Authorisation;

/// <summary>Judges the keys of one user by all that the configuration names: files, authorities, lists of principals and revoked keys.</summary>
/// <param name="account">Whom the client wants to be; null for nobody there is, whose keys take the same way and are in no file.</param>
/// <param name="config">The configuration for that user.</param>
/// <param name="client">Where the client comes from.</param>
/// <param name="log">Hears what decided.</param>
internal sealed class KeyAuthorisation(UserAccount? account, ServerConfig config, ClientConnection client, SshdLog log) : IAuthorizedKeysSource
{
    /// <summary>What a key is let do; nothing where it is not let in.</summary>
    public async ValueTask<AuthenticationVerdict> JudgeAsync(PublicKeyAttempt attempt, CancellationToken ct)
    {
        var trust = new TrustFiles(log);
        if (trust.IsRevoked(attempt.Key, config)) return AuthenticationVerdict.Reject;
        var keys = new AuthorizedKeysAuthenticator(this)
        {
            TrustedAuthorities = account is null ? [] : trust.Authorities(config),
            Principals = account is not null && (PrincipalsFile is not null || config.AuthorizedPrincipalsCommand is not null) ? ReadPrincipalsAsync : null,
            Command = account is not null && config.AuthorizedKeysCommand is { } command ? (key, token) => AskAsync(command, account, key, token) : null,
            Origin = client,
            Fingerprints = Fingerprints,
            Log = Note,
            Remark = client.Login.Remark,
            Found = Tell,
        };
        AuthenticationVerdict verdict = await keys.JudgeAsync(attempt, ct).ConfigureAwait(false);
        return verdict.Permissions is { } permissions ? AuthenticationVerdict.AcceptWith(Tighten(permissions)) : verdict;
    }

    /// <summary>What the configuration asks of security keys whatever their lines say.</summary>
    private LoginPermissions Tighten(LoginPermissions permissions) => permissions with
    {
        NoTouchRequired = permissions.NoTouchRequired && (config.PubkeyAuthOptions & PubkeyRequirements.Touch) == 0,
        VerifyRequired = permissions.VerifyRequired || (config.PubkeyAuthOptions & PubkeyRequirements.Verify) != 0,
    };

    public ValueTask<IReadOnlyList<AuthorizedKeysFile>> ReadAsync(string userName, CancellationToken ct)
    {
        var found = new List<AuthorizedKeysFile>();
        if (account is null) return ValueTask.FromResult<IReadOnlyList<AuthorizedKeysFile>>(found);
        var files = new UserFiles(account, config.StrictModes, client.Login, log);
        foreach (string path in config.AuthorizedKeysFilesOf(account.Name, account.Uid, account.Home))
        {
            if (files.Read(path, "authorized keys") is { } file) found.Add(file);
        }

        return ValueTask.FromResult<IReadOnlyList<AuthorizedKeysFile>>(found);
    }

    private string? PrincipalsFile => config.AuthorizedPrincipalsFileOf(account!.Name, account.Uid, account.Home);

    private async IAsyncEnumerable<AuthorizedKeysFile> ReadPrincipalsAsync(Certificate certificate, [EnumeratorCancellation] CancellationToken ct)
    {
        UserAccount user = account!;
        if (PrincipalsFile is { } path && new UserFiles(user, config.StrictModes, client.Login, log).Read(path, "authorized principals") is { } file) yield return file;
        if (config.AuthorizedPrincipalsCommand is not { } command) yield break;
        var lookup = new LookupCommand(ServerKeywords.AuthorizedPrincipalsCommand, command, config.AuthorizedPrincipalsCommandUser, log);
        if (await lookup.RunAsync(user, LookupTokens.Of(user, certificate, client, Fingerprints), ct).ConfigureAwait(false) is { } printed) yield return printed;
    }

    private ValueTask<AuthorizedKeysFile?> AskAsync(string command, UserAccount user, PublicKey key, CancellationToken ct) =>
        new LookupCommand(ServerKeywords.AuthorizedKeysCommand, command, config.AuthorizedKeysCommandUser, log).RunAsync(user, LookupTokens.Of(user, key, client, Fingerprints), ct);

    private FingerprintHash Fingerprints => config.FingerprintHash;

    private void Tell(string place, KeyOptions options)
    {
        foreach (string line in KeyOptionLines.Of(place, options, config))
        {
            log.Write(1, line);
            client.Login.Remark(line);
        }
    }

    private void Note(KeyNote note, string line)
    {
        switch (note)
        {
            case KeyNote.Error:
                log.Error(line);
                break;
            case KeyNote.Info:
                log.Info(line);
                break;
            case KeyNote.Verbose:
                log.Verbose(line);
                break;
            default:
                log.Write(1, line);
                break;
        }
    }
}
