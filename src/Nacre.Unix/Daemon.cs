using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>Returning to the shell while the work goes on, without fork: a successor does the work, and says when it is ready.</summary>
/// <remarks>
/// The process that people start calls <see cref="RunSuccessor(string, CStrings, string, ReadOnlySpan{SafeHandle})"/> at once and leaves with what that returns. The successor, in the
/// same session and with the same standard streams, prompts and reports errors as if nothing had happened. When it is ready
/// (sockets listening, PID file written) it calls <see cref="Detach"/>. If it ends before, its exit status is that of the command.
/// </remarks>
internal static unsafe class Daemon
{
    private const string Variable = "NACRE_STATUS_DESCRIPTOR";
    private const int StatusDescriptor = 3;
    private const byte ReadyByte = (byte)'R';

    /// <summary>The role of a successor that does what the process before it was called for.</summary>
    public const string NoRole = "";

    private static SafeFileHandle? status;

    /// <summary>The number of the first of the descriptors that a successor was given.</summary>
    public const int FirstExtra = StatusDescriptor + 1;

    /// <summary>Whether this process is a successor that has not detached yet. Ask once, before anything is started.</summary>
    public static bool IsSuccessor
    {
        get
        {
            if (status is not null)
                return true;
            if (CStrings.OwnEnvironment().Find(Variable) is not { } number)
                return false;

            // Programs that the successor starts are no successors.
            _ = Libc.unsetenv(Variable);
            string[] words = number.Split(' ', 2);
            Role = words.Length > 1 ? words[1] : NoRole;
            status = Descriptors.Adopt(int.Parse(words[0], NumberStyles.None, CultureInfo.InvariantCulture));
            return true;
        }
    }

    /// <summary>What a successor is for, in the word of who started it; it keeps it when it has detached.</summary>
    public static string Role
    {
        get
        {
            _ = IsSuccessor;
            return field;
        }
        private set;
    } = NoRole;

    /// <summary>Starts a successor and waits until it is ready or has ended. Returns what to exit with, and the successor's pid.</summary>
    /// <param name="executable">The program; usually this process's own.</param>
    /// <param name="arguments">Its arguments from argv[0] on; usually this process's own.</param>
    /// <param name="extra">Descriptors that it has from <see cref="FirstExtra"/> on.</param>
    public static (int ExitStatus, int Pid) RunSuccessor(string executable, CStrings arguments, params ReadOnlySpan<SafeHandle> extra) =>
        RunSuccessor(executable, arguments, NoRole, extra);

    /// <summary>Starts a successor with a <see cref="Role"/> and waits until it is ready or has ended.</summary>
    public static (int ExitStatus, int Pid) RunSuccessor(string executable, CStrings arguments, string role, params ReadOnlySpan<SafeHandle> extra)
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using SafeFileHandle input = Descriptors.Inherited(0);
        using SafeFileHandle output = Descriptors.Inherited(1);
        using SafeFileHandle error = Descriptors.Inherited(2);
        CStrings environment = CStrings.OwnEnvironment();
        environment.Set(Variable, string.Create(CultureInfo.InvariantCulture, $"{StatusDescriptor} {role}").TrimEnd());
        ChildProcess successor;
        using (writing)
        {
            successor = Spawn.Start(new ProgramStart
            {
                Path = executable,
                Arguments = arguments,
                Environment = environment,
                Input = input,
                Output = output,
                Error = error,
                Extra = [writing, .. extra],
            });
        }
        using (reading)
        {
            if (IsReady((int)reading.DangerousGetHandle()))
                return (0, successor.Pid);
        }

        // The one place that waits for a task on a thread: this process has nothing else to do.
        return (successor.Exited.GetAwaiter().GetResult().ShellStatus, successor.Pid);
    }

    /// <summary>
    /// Leaves the terminal and the session, points the standard streams at /dev/null, and lets the process that people started
    /// return with success.
    /// </summary>
    /// <param name="firstNull">The first of the standard streams that is let go: 0 for all, 3 for none.</param>
    /// <param name="lastNull">The last of them.</param>
    /// <exception cref="UnixException">EPIPE when that process was ended meanwhile: then this one should end too.</exception>
    public static void Detach(int firstNull = 0, int lastNull = 2)
    {
        if (!IsSuccessor)
            throw new InvalidOperationException("Only a successor detaches.");
        Libc.Check(Libc.setsid(), "setsid");
        Descriptors.PointAtNull(firstNull, lastNull);
        byte ready = ReadyByte;
        using (status)
            Libc.Check((int)Libc.write((int)status!.DangerousGetHandle(), &ready, 1), "report that the daemon is ready");
        status = null;
    }

    private static bool IsReady(int descriptor)
    {
        while (true)
        {
            byte answer;
            nint count = Libc.read(descriptor, &answer, 1);
            if (count >= 0 || Libc.LastErrno != Errno.EINTR)
                return count == 1 && answer == ReadyByte;
        }
    }
}
