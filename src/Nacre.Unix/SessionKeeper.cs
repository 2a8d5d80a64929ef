using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>The child's side of a <see cref="KeptSession"/>: opens a session of PAM, is the parent of the user's program, and closes the session after it.</summary>
/// <remarks>
/// Modules change the process that opens a session: its limits, umask, audit id, keyring, groups and control group. The program has them from
/// its parent, and the server that serves others keeps its own. All of PAM is done by the first thread, because the kernel lets only that one
/// set the audit id of the process, and keyrings belong to threads.
/// </remarks>
internal static class SessionKeeper
{
    /// <summary>The first argument, by which the executable knows that it is to keep a session.</summary>
    public const string Verb = "keep-session";

    /// <summary>Where the keeper has its end of the socket; the descriptors for the program follow.</summary>
    public const int ControlDescriptor = 3;

    private const int Failure = 255;
    private const int WatchStackBytes = 128 * 1024;

    /// <summary>Keeps one session, as it is told on the socket.</summary>
    public static int Run()
    {
        SafeFileHandle control = Descriptors.Adopt(ControlDescriptor);
        try
        {
            if (Read(control) is not { } wanted) return Failure;
            var said = new Sayings();
            using PamTransaction? transaction = Open(control, wanted, said);
            if (transaction is null || Read(control) is not { } start) return Failure;
            return Start(control, start) is { } child ? Keep(control, child) : Failure;
        }
        catch (Exception error) when (error is UnixException or InvalidDataException)
        {
            // Whoever asked has gone, or ends with the socket: there is nobody to tell.
            return Failure;
        }
    }

    // Service, user, where from, variables.
    private static PamTransaction? Open(SafeFileHandle control, CStrings wanted, Sayings said)
    {
        int next = 3;
        CStrings variables = KeeperFrame.TakeCounted(wanted, ref next);
        string user = KeeperFrame.TextAt(wanted, 1);
        PamTransaction? transaction = null;
        string fault;
        try
        {
            if (Users.Find(user) is not { } account) throw new PamException(PamStatus.USER_UNKNOWN, $"There is no user {user}.");
            Privileges.TakeGroups(Users.GroupsOf(account));
            transaction = PamTransaction.Start(KeeperFrame.TextAt(wanted, 0), user, KeeperFrame.TextAt(wanted, 2));
            foreach (string variable in variables) transaction.PutEnvironment(variable);

            // What no module has set up need not be: a key let the user in, and PAM never saw them.
            _ = transaction.SetCredentials(said);
            PamStatus status = transaction.OpenSession(said);
            fault = status == PamStatus.SUCCESS ? "" : $"PAM: pam_open_session(): {transaction.Describe(status)}";
        }
        catch (Exception failure) when (failure is PamException or UnixException or DllNotFoundException or EntryPointNotFoundException)
        {
            fault = $"PAM: {failure.Message}";
        }

        CStrings answer = [fault, said.Text];
        KeeperFrame.AddCounted(answer, fault.Length == 0 ? transaction!.GetEnvironment() : []);
        Write(control, answer);
        if (fault.Length == 0) return transaction;
        transaction?.Dispose();
        return null;
    }

    // Terminal or nothing, how many descriptors more than the standard ones, program, arguments, environment.
    private static ChildProcess? Start(SafeFileHandle control, CStrings start)
    {
        int next = 3;
        CStrings arguments = KeeperFrame.TakeCounted(start, ref next);
        CStrings environment = KeeperFrame.TakeCounted(start, ref next);
        string terminal = KeeperFrame.TextAt(start, 0);
        var extra = new List<SafeFileHandle>();
        for (int i = 0; i < KeeperFrame.NumberAt(start, 1); i++) extra.Add(Descriptors.Adopt(ControlDescriptor + 1 + i));
        try
        {
            ChildProcess child = Spawn.Start(new ProgramStart
            {
                Path = KeeperFrame.TextAt(start, 2),
                Arguments = arguments,
                Environment = environment,
                Input = Descriptors.Inherited(0),
                Output = Descriptors.Inherited(1),
                Error = Descriptors.Inherited(2),
                Extra = extra,
                LeadsSession = true,
                ControllingTerminal = terminal.Length > 0 ? terminal : null,
            });
            Write(control, ["", child.Pid.ToString(CultureInfo.InvariantCulture)]);
            return child;
        }
        catch (UnixException error)
        {
            Write(control, [error.Message, "0"]);
            return null;
        }
        finally
        {
            // The program's alone from here on, or its pipes would not end with it.
            foreach (SafeFileHandle handle in extra) handle.Dispose();
            Descriptors.PointAtNull();
        }
    }

    private static int Keep(SafeFileHandle control, ChildProcess child)
    {
        new Thread(() => PassSignals(control, child), WatchStackBytes) { IsBackground = true, Name = "signals" }.Start();

        // The one place that this process waits at: it has nothing else to do.
        ChildExit exit = child.Exited.GetAwaiter().GetResult();
        try
        {
            Write(control, ["", Number(exit.Status), Number((int)exit.Signal), exit.DumpedCore ? "1" : "0"]);
        }
        catch (UnixException)
        {
            // The server is gone; the session is closed all the same.
        }

        return 0;
    }

    /// <summary>Each byte is a signal for the program; when whoever sends them is gone, so is the line to the user.</summary>
    private static void PassSignals(SafeFileHandle control, ChildProcess child)
    {
        Span<byte> signal = stackalloc byte[1];
        while (TryFill(control, signal)) child.Signal((UnixSignal)signal[0]);
        child.Signal(UnixSignal.HUP);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static CStrings? Read(SafeFileHandle control)
    {
        Span<byte> header = stackalloc byte[KeeperFrame.HeaderBytes];
        if (!TryFill(control, header)) return null;
        byte[] content = new byte[KeeperFrame.LengthOf(header)];
        return TryFill(control, content) ? CStrings.Parse(content) : null;
    }

    private static unsafe bool TryFill(SafeFileHandle control, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            for (int filled = 0; filled < buffer.Length;)
            {
                nint count = Libc.read((int)control.DangerousGetHandle(), first + filled, (nuint)(buffer.Length - filled));
                if (count == 0 || (count < 0 && Libc.LastErrno != Errno.EINTR)) return false;
                filled += (int)Math.Max(0, count);
            }
        }

        return true;
    }

    private static void Write(SafeFileHandle control, CStrings strings) => Descriptors.Write(control, KeeperFrame.Of(strings));

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
