using System.Security.Cryptography;

namespace Nacre.Unix;

/// <summary>What PAM says about a user and a password.</summary>
internal enum PamVerdict
{
    /// <summary>The password is right and the account may be used.</summary>
    Accepted,

    /// <summary>The password is wrong, or there is no such user.</summary>
    Denied,

    /// <summary>The password is right, but the account may not be used now.</summary>
    AccountRefused,

    /// <summary>The password is right and has to be changed first.</summary>
    PasswordExpired,

    /// <summary>The password is wrong, and no more are to be asked for.</summary>
    Exhausted,

    /// <summary>PAM could not be asked: it is not there, or not set up for this service.</summary>
    Unavailable,
}

/// <summary>The verdict with what the modules had to say: lines for the user, and the reason for the log.</summary>
internal sealed record PamPasswordResult(PamVerdict Verdict, string Reason, IReadOnlyList<string> Messages)
{
    /// <summary>The variables that modules set for the session.</summary>
    public CStrings Environment { get; init; } = [];
}

/// <summary>Has PAM check one password or one account, on a thread of its own, for as long as PAM takes.</summary>
internal static class PamPasswordCheck
{
    private const int ThreadStackBytes = 1024 * 1024;

    /// <summary>The password that nobody has: OpenSSH's, with control characters that no user can type.</summary>
    private static ReadOnlySpan<byte> Impossible => "\b\n\r\u007fINCORRECT"u8;

    /// <summary>
    /// Checks a password. For a user who does not exist or may not log in, <paramref name="isPermitted"/> is false: PAM is then asked
    /// all the same, with a password of the same length that cannot be right, so that the answer and its time tell nothing.
    /// </summary>
    /// <param name="service">The name of the file in /etc/pam.d.</param>
    /// <param name="user">Whose password it is meant to be.</param>
    /// <param name="password">Copied, and the copy zeroed after use.</param>
    /// <param name="remoteHost">Where the user comes from.</param>
    /// <param name="isPermitted">Whether there is such a user who may log in by password.</param>
    /// <param name="configuration">Another directory than /etc/pam.d.</param>
    /// <param name="permitsEmpty">Whether an empty password may be right.</param>
    /// <param name="ct">Ends the waiting; PAM itself cannot be stopped and finishes on its thread.</param>
    public static async Task<PamPasswordResult> VerifyAsync(
        string service, string user, ReadOnlyMemory<byte> password, string? remoteHost, bool isPermitted = true,
        string? configuration = null, bool permitsEmpty = false, CancellationToken ct = default)
    {
        byte[] copy = GC.AllocateUninitializedArray<byte>(password.Length, pinned: true);
        password.CopyTo(copy);

        // A NUL would end the password early for a C library: what follows it would not count.
        bool isPossible = isPermitted && !password.Span.Contains((byte)0);
        if (!isPossible)
            MakeImpossible(copy);

        PamPasswordResult result = await OnThreadAsync(() => Verify(service, user, copy, remoteHost, permitsEmpty, configuration), ct).ConfigureAwait(false);
        return isPossible || result.Verdict is PamVerdict.Unavailable or PamVerdict.Exhausted ? result : result with { Verdict = PamVerdict.Denied };
    }

    /// <summary>Asks only whether an account may be used now, for a user who has proved themselves by other means.</summary>
    /// <param name="service">The name of the file in /etc/pam.d.</param>
    /// <param name="user">Whose account.</param>
    /// <param name="remoteHost">Where the user comes from.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <param name="configuration">Another directory than /etc/pam.d.</param>
    public static Task<PamPasswordResult> AskAccountAsync(string service, string user, string? remoteHost, CancellationToken ct, string? configuration = null) => OnThreadAsync(
        () =>
        {
            try
            {
                using PamTransaction transaction = PamTransaction.Start(service, user, remoteHost, configuration: configuration);
                var answers = new PasswordAnswers(null);
                PamStatus status = transaction.AccountManagement(answers);
                return new PamPasswordResult(OfAccount(status), transaction.Describe(status), answers.Messages);
            }
            catch (Exception failure) when (failure is PamException or DllNotFoundException or EntryPointNotFoundException)
            {
                return new PamPasswordResult(PamVerdict.Unavailable, failure.Message, []);
            }
        },
        ct);

    /// <summary>Asks PAM on a thread of its own, which a long question blocks.</summary>
    internal static Task<T> OnThreadAsync<T>(Func<T> ask, CancellationToken ct)
    {
        var verdict = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => verdict.SetResult(ask()), ThreadStackBytes) { IsBackground = true, Name = "PAM" };
        thread.Start();
        return verdict.Task.WaitAsync(ct);
    }

    private static PamPasswordResult Verify(string service, string user, byte[] password, string? remoteHost, bool permitsEmpty, string? configuration)
    {
        var answers = new PasswordAnswers(password);
        try
        {
            using PamTransaction transaction = PamTransaction.Start(service, user, remoteHost, configuration: configuration);
            PamStatus status = transaction.Authenticate(answers, permitsEmpty);
            PamVerdict verdict = OfAuthentication(status);
            if (verdict == PamVerdict.Accepted)
            {
                status = transaction.AccountManagement(answers);
                verdict = OfAccount(status);
            }
            return new PamPasswordResult(verdict, transaction.Describe(status), answers.Messages) { Environment = transaction.GetEnvironment() };
        }
        catch (Exception failure) when (failure is PamException or DllNotFoundException or EntryPointNotFoundException)
        {
            return new PamPasswordResult(PamVerdict.Unavailable, failure.Message, answers.Messages);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
        }
    }

    internal static PamVerdict OfAuthentication(PamStatus status) => status switch
    {
        PamStatus.SUCCESS => PamVerdict.Accepted,
        PamStatus.MAXTRIES => PamVerdict.Exhausted,
        // What a module calls a system error is its way of saying no: pam_exec does so when its program fails.
        PamStatus.ABORT or PamStatus.MODULE_UNKNOWN or PamStatus.OPEN_ERR or PamStatus.SYMBOL_ERR or PamStatus.BUF_ERR => PamVerdict.Unavailable,
        _ => PamVerdict.Denied,
    };

    internal static PamVerdict OfAccount(PamStatus status) => status switch
    {
        PamStatus.SUCCESS => PamVerdict.Accepted,
        PamStatus.NEW_AUTHTOK_REQD => PamVerdict.PasswordExpired,
        _ => PamVerdict.AccountRefused,
    };

    /// <summary>Overwrites an answer with one that nobody can have given.</summary>
    internal static void MakeImpossible(Span<byte> password)
    {
        for (int i = 0; i < password.Length; i++)
            password[i] = Impossible[i % Impossible.Length];
    }

    /// <summary>Answers the one question that is not shown with the password, if there is one, and no other question.</summary>
    private sealed class PasswordAnswers(byte[]? password) : IPamConversation
    {
        // A module that talks without end is cut off.
        private const int MostMessages = 32;

        private readonly List<string> messages = [];

        public IReadOnlyList<string> Messages => messages;

        public bool TryAnswer(ReadOnlySpan<PamPrompt> prompts, Span<byte[]?> answers)
        {
            for (int i = 0; i < prompts.Length; i++)
            {
                switch (prompts[i].Style)
                {
                    case PamPromptStyle.Secret when password is not null:
                        answers[i] = password.AsSpan().ToArray();
                        break;
                    case PamPromptStyle.Error or PamPromptStyle.Information:
                        if (messages.Count < MostMessages)
                            messages.Add(prompts[i].Text);
                        break;
                    default:
                        return false;
                }
            }
            return true;
        }
    }
}
