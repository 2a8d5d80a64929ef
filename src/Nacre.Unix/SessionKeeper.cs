using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>The process behind a <see cref="KeptSession"/>: opens a session of PAM, is the parent of the user's programs, and closes the session when the connection has ended.</summary>
/// <remarks>
/// Modules change the process that opens a session: its limits, umask, audit id, keyring, groups and control group. The programs have them from
/// their parent, and the server that serves others keeps its own. All is done by the first thread, because the kernel lets only that one
/// set the audit id of the process, and keyrings belong to threads.
/// </remarks>
internal static class SessionKeeper
{
    /// <summary>The first argument, by which the executable knows that it is to keep a session; the user's name follows, for lists of processes.</summary>
    public const string Verb = "keep-session";

    /// <summary>Where the keeper has its end of the line.</summary>
    public const int LineDescriptor = 3;

    private const string ProcessName = "sshd-keeper";
    private const int Failure = 255;

    /// <summary>Keeps one session, as it is told on the line.</summary>
    public static int Run()
    {
        Prctl.SetName(ProcessName);
        var line = new KeeperLine(Descriptors.Adopt(LineDescriptor));
        try
        {
            if (Read(line) is not { } frame) return Failure;
            var wanted = KeptSession.Wanted.Read(frame);
            using PamTransaction? transaction = Open(line, wanted);
            if (transaction is null) return Failure;
            using var children = new KeptChildren(line, wanted.Account, wanted.Root);
            children.Serve();
            return 0;
        }
        catch (Exception error) when (error is UnixException or InvalidDataException)
        {
            // Whoever asked has gone, or makes no sense: there is nobody to tell.
            return Failure;
        }
    }

    private static CStrings? Read(KeeperLine line)
    {
        var none = new List<SafeFileHandle>();
        CStrings? frame = line.Read(none);
        foreach (SafeFileHandle handle in none) handle.Dispose();
        return frame;
    }

    private static PamTransaction? Open(KeeperLine line, KeptSession.Wanted wanted)
    {
        PamTransaction? transaction = null;
        var said = new Sayings();
        string before = ProcessSurroundings.Describe();
        string fault;
        try
        {
            Privileges.TakeGroups(Users.GroupsOf(wanted.Account));
            transaction = PamTransaction.Start(wanted.Service, wanted.User, wanted.RemoteHost);
            foreach (string variable in wanted.Variables) transaction.PutEnvironment(variable);

            // What no module has set up need not be: a key let the user in, and PAM never saw them.
            _ = transaction.SetCredentials(said);
            PamStatus status = transaction.OpenSession(said);
            fault = status == PamStatus.SUCCESS ? "" : $"PAM: pam_open_session(): {transaction.Describe(status)}";
        }
        catch (Exception failure) when (failure is PamException or UnixException or DllNotFoundException or EntryPointNotFoundException)
        {
            fault = $"PAM: {failure.Message}";
        }

        line.Write(new KeptSession.Answer(fault, said.Text, fault.Length == 0 && ProcessSurroundings.Describe() != before, Users.CurrentGroups, fault.Length == 0 ? transaction!.GetEnvironment() : []).ToStrings());
        if (fault.Length == 0) return transaction;
        transaction?.Dispose();
        return null;
    }

    /// <summary>Remembers what modules have to tell, and answers nothing.</summary>
    private sealed class Sayings : IPamConversation
    {
        private const int LongestText = 64 * 1024;

        public string Text { get; private set; } = "";

        public bool TryAnswer(ReadOnlySpan<PamPrompt> prompts, Span<byte[]?> answers)
        {
            foreach (PamPrompt prompt in prompts)
            {
                if (prompt.AsksForAnswer) return false;
                if (Text.Length + prompt.Text.Length < LongestText) Text += prompt.Text + "\n";
            }

            return true;
        }
    }
}
