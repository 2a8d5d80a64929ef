using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

/// <summary>What the test executable does in a role; see <see cref="ChildRole"/>.</summary>
/// <remarks>Nothing here may run on another thread: the initializer of this module has not ended, and every other thread waits for that.</remarks>
internal static class ChildRoles
{
    /// <summary>Asks for a passphrase on its terminal and tells what it read.</summary>
    public static int ReadPassphrase()
    {
        byte[]? answer = Terminal.ReadPassphrase("Secret please: ");
        Say(answer is null ? "no answer\n" : $"got [{Encoding.UTF8.GetString(answer)}]\n");
        return 0;
    }

    /// <summary>Puts its terminal into raw mode and waits to be ended.</summary>
    public static int StayRaw()
    {
        using RawMode? raw = RawMode.TryEnter(0);
        Say(raw is null ? "no terminal" : "raw");
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    /// <summary>Copies standard input to standard output.</summary>
    public static int Pump()
    {
        using InheritedStream input = InheritedStream.OpenInput();
        using InheritedStream output = InheritedStream.OpenOutput();
        input.CopyToAsync(output, 128 * 1024).GetAwaiter().GetResult();
        return 0;
    }

    /// <summary>Is the launcher, for the plan in the arguments.</summary>
    public static int Launch() => Launcher.Run(Environment.GetCommandLineArgs().Length - 2, static _ => throw new InvalidOperationException());

    /// <summary>Drops to an account without a password, and tells what every thread is then.</summary>
    public static int Drop()
    {
        Privileges.DropForGood(Users.Find("nobody")!);
        foreach (string thread in Directory.GetDirectories("/proc/self/task"))
        {
            foreach (string line in File.ReadLines(Path.Join(thread, "status")))
            {
                if (line.StartsWith("Uid:", StringComparison.Ordinal) || line.StartsWith("Gid:", StringComparison.Ordinal)
                    || line.StartsWith("Groups:", StringComparison.Ordinal) || line.StartsWith("CapEff:", StringComparison.Ordinal))
                    Say(line + "\n");
            }
        }
        return 0;
    }

    /// <summary>Bounds its system calls, and does then what its argument says.</summary>
    public static int Confine()
    {
        Prctl.SetNoNewPrivileges();
        Say(SystemCallFilter.TryConfine(allowsNewCode: true) ? "confined\n" : "not confined\n");
        switch (Environment.GetCommandLineArgs()[^1])
        {
            case "write":
                Say(Libc.open("/tmp/nacre-not-to-be-made", Libc.O_RDWR | 0x40, 0x180) == -1 ? $"{Libc.LastErrno}\n" : "made\n");
                break;
            case "read":
                Say(Libc.open("/etc/passwd", Libc.O_RDONLY, 0) >= 0 ? "read\n" : $"{Libc.LastErrno}\n");
                break;
            case "socket":
                Say(Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM, 0) == -1 ? $"{Libc.LastErrno}\n" : "made\n");
                break;
            case "become-root":
                _ = Libc.setuid(0);
                Say("survived\n");
                break;
            case "signal":
                Say(Libc.kill(1, 0) == -1 ? $"{Libc.LastErrno}\n" : "signalled\n");
                break;
        }

        return 0;
    }

    /// <summary>Changes the effective uid only, which root can take back.</summary>
    public static int DropBadly()
    {
        UserAccount nobody = Users.Find("nobody")!;
        Libc.Check(Libc.seteuid(nobody.Uid), "seteuid");
        Privileges.AbortIfNotDropped(nobody.Uid, nobody.Gid, 0, []);
        Say("survived\n");
        return 0;
    }

    /// <summary>Returns while its successor goes on; what the successor does is the last argument.</summary>
    public static int BecomeDaemon()
    {
        string[] arguments = Environment.GetCommandLineArgs();
        if (!Daemon.IsSuccessor)
        {
            string executable = Environment.ProcessPath!;
            var argv = new CStrings { executable, arguments[1] };
            using SafeFileHandle descriptor = Descriptors.Inherited(1);
            (int status, int pid) = Daemon.RunSuccessor(executable, argv, descriptor);
            Say($"successor {pid} gave {status}\n");
            return status;
        }

        // The fourth descriptor is the output, which the successor keeps when it lets the standard streams go.
        using InheritedStream output = InheritedStream.OpenOutput(Daemon.FirstExtra);
        switch (arguments[1])
        {
            case "ready":
                bool isHidden = CStrings.OwnEnvironment().Find("NACRE_STATUS_DESCRIPTOR") is null;
                Say("before\n");
                Daemon.Detach();
                Say("lost\n");
                FileStatus stream = FileStatus.OfDescriptor(1);
                output.Write(Encoding.UTF8.GetBytes($"after null={stream.IsNullDevice} hidden={isHidden} leader={Libc.getpgrp() == Libc.getpid()}\n"));
                return 0;
            case "exit":
                return 42;
            default:
                Libc.Check(Libc.kill(Libc.getpid(), (int)UnixSignal.KILL), "kill");
                return 0;
        }
    }

    /// <summary>Sets what prctl sets, and shows what the kernel says of it.</summary>
    public static int ShowTraits()
    {
        Prctl.SetNoNewPrivileges();
        Prctl.SetDumpable(false);
        uint former = Prctl.SetFileModeMask(0b111_111);
        uint set = Prctl.SetFileModeMask(former);
        string line = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("NoNewPrivs", StringComparison.Ordinal));
        Say($"{line} dumpable={Libc.prctl(3, 0, 0, 0, 0)} umask={set}\n");
        return 0;
    }

    // Not the console, which sends a terminal an escape sequence first.
    private static void Say(string text)
    {
        using InheritedStream output = InheritedStream.OpenOutput();
        output.Write(Encoding.UTF8.GetBytes(text));
    }
}
