using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;
using Nacre.Tools.Sshd.Authorisation;
using Nacre.Tools.Sshd.Logins;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Lets the machine's users in: by their authorized_keys, by password through PAM or shadow, by the word of other machines, as the configuration permits.</summary>
/// <remarks>
/// An unknown user takes the way of a known one: keys are looked for in no files, a password is checked that nobody has. Not as root,
/// only the server's own user can log in, and by no password.
/// </remarks>
internal sealed class SystemAuthenticator : IAuthenticator
{
    private readonly ClientConnection _client;
    private readonly SshdLog _log;
    private Judgement? _judged;

    public SystemAuthenticator(ClientConnection client, SshdLog log) => (_client, _log) = (client, log);

    /// <summary>True where passwords can be checked at all.</summary>
    public static bool CanCheckPasswords => Users.IsRoot;

    // As the shadow file counts days.
    private static long Today => DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 86400;

    public async ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
    {
        ServerConfig config = _client.ConfigFor(attempt.UserName);
        UserAccount? account = FindPermitted(attempt.UserName, config);
        switch (attempt)
        {
            case PublicKeyAttempt key when config.PubkeyAuthentication:
                return await JudgeKeyAsync(key, account, config, ct).ConfigureAwait(false);
            case HostbasedAttempt host when config.HostbasedAuthentication:
                return await JudgeHostAsync(host, account, config, ct).ConfigureAwait(false);
            case PasswordAttempt { NewPassword: null } password when config.PasswordAuthentication:
                return await CheckPasswordAsync(attempt.UserName, account, config, password.Password, ct).ConfigureAwait(false);
            case KeyboardInteractiveAttempt interactive when config.KbdInteractiveAuthentication:
                return await AskAsync(attempt.UserName, account, config, interactive, ct).ConfigureAwait(false);
            case NoneAttempt when config.PermitEmptyPasswords && config.PasswordAuthentication:
                using (var empty = new Password(ReadOnlySpan<byte>.Empty)) return await CheckPasswordAsync(attempt.UserName, account, config, empty, ct).ConfigureAwait(false);
            default:
                return AuthenticationVerdict.Reject;
        }
    }

    /// <summary>
    /// Judges a key by the files of the user and of the configuration. With forced-commands-only, root's keys are those that run a command
    /// of their own.
    /// </summary>
    private async ValueTask<AuthenticationVerdict> JudgeKeyAsync(PublicKeyAttempt attempt, UserAccount? account, ServerConfig config, CancellationToken ct)
    {
        AuthenticationVerdict verdict = await new KeyAuthorisation(account, config, _client, _log).JudgeAsync(attempt, ct).ConfigureAwait(false);
        if (!verdict.IsAccepted || account is null) return AuthenticationVerdict.Reject;
        if (!IsRootPermitted(account, config, byPassword: false, verdict.Permissions))
        {
            if (attempt.IsVerified) _log.Info($"ROOT LOGIN REFUSED FROM {_client.Place}");
            return AuthenticationVerdict.Reject;
        }

        if (attempt.IsVerified && account.Uid == 0 && config.PermitRootLogin == RootLogin.ForcedCommandsOnly) _log.Info("Root login accepted for forced command.");
        return attempt.IsVerified ? await AdmitByAccountAsync(account, config, verdict.Permissions!, ct).ConfigureAwait(false) : verdict;
    }

    private async ValueTask<AuthenticationVerdict> JudgeHostAsync(HostbasedAttempt attempt, UserAccount? account, ServerConfig config, CancellationToken ct)
    {
        if (account is null || !new HostbasedAuthorisation(account, config, _client.Host, _client.Address, _log).Permits(attempt)) return AuthenticationVerdict.Reject;
        if (!IsRootPermitted(account, config, byPassword: false))
        {
            _log.Info($"ROOT LOGIN REFUSED FROM {_client.Place}");
            return AuthenticationVerdict.Reject;
        }

        return await AdmitByAccountAsync(account, config, LoginPermissions.Everything, ct).ConfigureAwait(false);
    }

    /// <summary>The account of a user who may log in from there at all; null for everybody else. A connection has one user, who is judged once.</summary>
    private UserAccount? FindPermitted(string userName, ServerConfig config)
    {
        if (_judged is not { } judged || judged.UserName != userName) _judged = judged = new Judgement(userName, Judge(userName, config));
        _client.IsUserValid = judged.Account is not null;
        return judged.Account;
    }

    private UserAccount? Judge(string userName, ServerConfig config)
    {
        if (userName.Length == 0 || userName.Contains('\0', StringComparison.Ordinal) || _client.AccountOf(userName) is not { } account) return null;
        if (!Users.IsRoot && account.Uid != Users.CurrentUid) return null;
        bool isAllowed = config.AllowsUser(account.Name, () => Users.GroupNamesOf(account), _client.Host, _client.Address, out string reason)
            && HasShell(account, config, out reason) && IsOpenByShadow(account, config, out reason);
        if (isAllowed) return account;
        _log.Info(Printable.Escape(reason));
        return null;
    }

    // With PAM that is the business of its account modules.
    private static bool IsOpenByShadow(UserAccount account, ServerConfig config, out string reason)
    {
        ShadowEntry? shadow = config.UsePam || !Users.IsRoot ? null : Users.FindShadow(account.Name);
        reason = shadow is null ? ""
            : shadow.IsLocked ? $"User {account.Name} not allowed because account is locked"
            : shadow.IsAccountExpired(Today) ? $"Account {account.Name} has expired" : "";
        return reason.Length == 0;
    }

    /// <summary>Asks PAM whether an account may be used now that its owner has proved themselves without a password; a password check asks by itself.</summary>
    private async ValueTask<AuthenticationVerdict> AdmitByAccountAsync(UserAccount account, ServerConfig config, LoginPermissions permissions, CancellationToken ct)
    {
        if (!config.UsePam || !Users.IsRoot) return AuthenticationVerdict.AcceptWith(permissions);
        PamPasswordResult result = await PamPasswordCheck.AskAccountAsync(config.PamServiceName, account.Name, _client.Host, ct).ConfigureAwait(false);
        return Admit(result.Verdict, result.Messages, result.Environment) ? Admitted(permissions) : RefuseByAccount(account.Name, result.Reason, result.Messages);
    }

    private AuthenticationVerdict RefuseByAccount(string userName, string reason, IReadOnlyList<string> messages)
    {
        _log.Error($"Access denied for user {Printable.Escape(userName)} by PAM account configuration: {Printable.Escape(reason)}");
        return AuthenticationVerdict.RejectWith(string.Concat(messages.Where(static message => message.Length > 0).Select(static message => message.TrimEnd('\n') + "\r\n")));
    }

    // Within another root it is another file, or none: sftp needs none.
    private static bool HasShell(UserAccount account, ServerConfig config, out string reason)
    {
        reason = "";
        _ = config.ChrootDirectoryOf(account.Name, account.Uid, account.Home, out bool hasOtherRoot);
        if (hasOtherRoot) return true;
        const uint anyExecute = 0b001_001_001;
        bool exists = FileStatus.TryOfPath(account.LoginShell, out FileStatus shell) && shell.IsRegularFile && (shell.Mode & anyExecute) != 0;
        reason = exists ? "" : $"User {account.Name} not allowed because shell {account.LoginShell} does not exist or is not executable";
        return exists;
    }

    private static bool IsRootPermitted(UserAccount? account, ServerConfig config, bool byPassword, LoginPermissions? permissions = null) => account?.Uid != 0 || config.PermitRootLogin switch
    {
        RootLogin.Yes => true,
        RootLogin.ProhibitPassword => !byPassword,
        RootLogin.ForcedCommandsOnly => permissions?.Command is not null,
        _ => false,
    };

    private async ValueTask<AuthenticationVerdict> CheckPasswordAsync(
        string userName, UserAccount? account, ServerConfig config, Password password, CancellationToken ct)
    {
        bool isPermitted = CanCheckPasswords && account is not null && IsRootPermitted(account, config, byPassword: true)
            && (password.Utf8.Length > 0 || config.PermitEmptyPasswords);
        if (!config.UsePam) return CheckShadow(account, password, isPermitted) ? Admitted(LoginPermissions.Everything) : AuthenticationVerdict.Reject;
        byte[] copy = password.Utf8.ToArray();
        try
        {
            PamPasswordResult result = await PamPasswordCheck.VerifyAsync(config.PamServiceName, userName, copy, _client.Host, isPermitted, permitsEmpty: config.PermitEmptyPasswords, ct: ct).ConfigureAwait(false);
            if (result.Verdict == PamVerdict.Unavailable) _log.Error($"PAM: {Printable.Escape(result.Reason)}");
            if (result.Verdict == PamVerdict.Exhausted) return AuthenticationVerdict.RejectForGood;
            if (!isPermitted) return AuthenticationVerdict.Reject;
            if (Admit(result.Verdict, result.Messages, result.Environment)) return Admitted(LoginPermissions.Everything);
            return result.Verdict == PamVerdict.AccountRefused ? RefuseByAccount(userName, result.Reason, result.Messages) : AuthenticationVerdict.Reject;
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(copy);
        }
    }

    private bool CheckShadow(UserAccount? account, Password password, bool isPermitted)
    {
        ShadowEntry? shadow = isPermitted ? Users.FindShadow(account!.Name) : null;
        bool isEmpty = shadow is { Hash.Length: 0 } && password.Utf8.Length == 0; // which is asked only where it is permitted
        bool isRight = Crypt.Verify(password.Utf8, shadow is { IsLocked: false } ? shadow.Hash : null) || isEmpty;
        if (!isRight || !isPermitted || shadow is null || shadow.IsAccountExpired(Today)) return false;
        if (shadow.IsPasswordExpired(Today)) _log.Info($"User {account!.Name} password has expired ({(shadow.LastChangeDay == 0 ? "root forced" : "password aged")})");
        return Admit(shadow.IsPasswordExpired(Today) ? PamVerdict.PasswordExpired : PamVerdict.Accepted, [.. shadow.Warnings(Today)], []);
    }

    /// <summary>Keeps for the sessions what came with a yes. A password that has expired is right: its owner may do nothing but change it.</summary>
    private bool Admit(PamVerdict verdict, IReadOnlyList<string> messages, CStrings variables)
    {
        if (verdict is not (PamVerdict.Accepted or PamVerdict.PasswordExpired)) return false;
        UserLogin login = _client.Login;
        login.MustChangePassword = verdict == PamVerdict.PasswordExpired;
        if (variables.Count > 0) login.PamVariables = variables;
        foreach (string message in messages) login.Say(message);
        return true;
    }

    private AuthenticationVerdict Admitted(LoginPermissions permissions) => AuthenticationVerdict.AcceptWith(
        _client.Login.MustChangePassword ? permissions with { PortForwarding = false, AgentForwarding = false, X11Forwarding = false } : permissions);

    private async ValueTask<AuthenticationVerdict> AskAsync(
        string userName, UserAccount? account, ServerConfig config, KeyboardInteractiveAttempt attempt, CancellationToken ct)
    {
        if (config.UsePam && CanCheckPasswords) return await AskByPamAsync(userName, account, config, attempt, ct).ConfigureAwait(false);
        var question = new InteractivePrompt(new PeerText("Password: "), Echo: false);
        IReadOnlyList<Password> answers = await attempt.Conversation.AskAsync(new InteractiveRequest(new PeerText(""), new PeerText(""), [question]), ct).ConfigureAwait(false);
        return await CheckPasswordAsync(userName, account, config, answers[0], ct).ConfigureAwait(false);
    }

    private async ValueTask<AuthenticationVerdict> AskByPamAsync(
        string userName, UserAccount? account, ServerConfig config, KeyboardInteractiveAttempt attempt, CancellationToken ct)
    {
        bool isPermitted = account is not null && IsRootPermitted(account, config, byPassword: true);
        var conversation = new PamConversation(attempt.Conversation, isPermitted, ct);
        CStrings variables = PamVariables.Of(_client, new AuthenticationFile.Content(""));
        PamLoginResult result = await PamLogin.RunAsync(config.PamServiceName, userName, _client.Host, conversation, config.PermitEmptyPasswords, variables, null, ct).ConfigureAwait(false);
        if (result.Verdict == PamVerdict.Unavailable) _log.Error($"PAM: {Printable.Escape(result.Reason)}");
        else if (result.Verdict is not (PamVerdict.Accepted or PamVerdict.PasswordExpired or PamVerdict.AccountRefused)) TellOfRefusal(userName, account, result.Reason);
        if (result.Verdict == PamVerdict.Exhausted) return AuthenticationVerdict.RejectForGood;
        if (!isPermitted) return AuthenticationVerdict.Reject;
        if (Admit(result.Verdict, [conversation.Unsaid], result.Environment)) return Admitted(LoginPermissions.Everything);
        return result.Verdict == PamVerdict.AccountRefused ? RefuseByAccount(userName, result.Reason, [conversation.Unsaid]) : AuthenticationVerdict.Reject;
    }

    private void TellOfRefusal(string userName, UserAccount? account, string reason) =>
        _log.Error($"PAM: {Printable.Escape(reason)} for {(account is null ? "illegal user " : "")}{Printable.Escape(userName)} from {_client.Host}");

    private sealed record Judgement(string UserName, UserAccount? Account);
}
