namespace Nacre.Unix;

/// <summary>What PAM says at the end of a whole conversation, and what its modules leave for the session.</summary>
/// <param name="Verdict">Whether the user is let in.</param>
/// <param name="Reason">PAM's sentence, for the log.</param>
/// <param name="Environment">The variables that modules set.</param>
internal sealed record PamLoginResult(PamVerdict Verdict, string Reason, CStrings Environment);

/// <summary>Has PAM ask a user whatever its modules want to know: passwords, codes, and a new password in place of an expired one.</summary>
internal static class PamLogin
{
    /// <summary>Authenticates and asks for the account, on a thread of its own.</summary>
    /// <param name="service">The name of the file in /etc/pam.d.</param>
    /// <param name="user">Whom it is about, whether there is such a user or not.</param>
    /// <param name="remoteHost">Where the user comes from.</param>
    /// <param name="conversation">Asks the user; called on the thread, which it may block.</param>
    /// <param name="permitsEmpty">Whether an empty password may be right.</param>
    /// <param name="variables">What modules find in their environment.</param>
    /// <param name="configuration">Another directory than /etc/pam.d.</param>
    /// <param name="ct">Ends the waiting; a conversation that refuses to answer ends the thread.</param>
    public static Task<PamLoginResult> RunAsync(
        string service, string user, string? remoteHost, IPamConversation conversation, bool permitsEmpty, CStrings variables, string? configuration, CancellationToken ct) =>
        PamPasswordCheck.OnThreadAsync(() => Run(service, user, remoteHost, conversation, permitsEmpty, variables, configuration), ct);

    private static PamLoginResult Run(
        string service, string user, string? remoteHost, IPamConversation conversation, bool permitsEmpty, CStrings variables, string? configuration)
    {
        try
        {
            using PamTransaction transaction = PamTransaction.Start(service, user, remoteHost, configuration: configuration);
            foreach (string variable in variables)
                transaction.PutEnvironment(variable);
            PamStatus status = transaction.Authenticate(conversation, permitsEmpty);
            PamVerdict verdict = PamPasswordCheck.OfAuthentication(status);
            if (verdict == PamVerdict.Accepted)
            {
                status = transaction.AccountManagement(conversation);
                verdict = PamPasswordCheck.OfAccount(status);
            }
            if (verdict == PamVerdict.PasswordExpired)
            {
                status = transaction.ChangeExpiredPasswordNow(conversation);
                verdict = status == PamStatus.SUCCESS ? PamVerdict.Accepted : PamVerdict.AccountRefused;
            }
            return new PamLoginResult(verdict, transaction.Describe(status), transaction.GetEnvironment());
        }
        catch (Exception failure) when (failure is PamException or DllNotFoundException or EntryPointNotFoundException)
        {
            return new PamLoginResult(PamVerdict.Unavailable, failure.Message, []);
        }
    }
}
