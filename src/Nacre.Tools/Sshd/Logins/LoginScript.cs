using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Server;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>What runs as the user before a session's program: ~/.ssh/rc, or else /etc/ssh/sshrc, or else xauth where the client lends its display.</summary>
/// <remarks>
/// As in OpenSSH, a script is told the cookie of the display on its standard input and remembers it by itself. What it writes is the session's.
/// How it ends counts for nothing.
/// </remarks>
internal sealed class LoginScript
{
    private const string Shell = "/bin/sh";
    private const string SystemScript = "/etc/ssh/sshrc";

    private readonly string _program;
    private readonly CStrings _arguments;
    private readonly string _input;

    private LoginScript(string program, CStrings arguments, string input) => (_program, _arguments, _input) = (program, arguments, input);

    /// <summary>Chooses; null when nothing is to run.</summary>
    /// <param name="account">The user.</param>
    /// <param name="mayBeOwn">True where the user's own script may run.</param>
    /// <param name="display">The display that the client lends.</param>
    /// <param name="xauth">The full name of xauth, or null.</param>
    public static LoginScript? Of(UserAccount account, bool mayBeOwn, SessionDisplay? display, string? xauth)
    {
        string told = display is null ? "" : $"{display.Protocol} {display.Cookie}\n";
        string own = Path.Join(account.Home, ".ssh", "rc");
        string shell = account.LoginShell;
        if (mayBeOwn && IsThere(own, account)) return new LoginScript(shell, [Path.GetFileName(shell), "-c", $"{Shell} {own}"], told);
        if (FileStatus.TryOfPath(SystemScript, out _)) return new LoginScript(Shell, [Path.GetFileName(Shell), SystemScript], told);
        if (display is null || xauth is null) return null;
        return new LoginScript(xauth, [xauth, "-q", "-"], $"remove {display.AuthorityName}\nadd {display.AuthorityName} {display.Protocol} {display.Cookie}\n") { IsXauth = true };
    }

    private bool IsXauth { get; init; }

    /// <summary>Runs it to its end.</summary>
    /// <param name="start">Starts a program as the user with these streams: what it reads, writes and complains to.</param>
    /// <param name="output">Where the session's program will write.</param>
    /// <param name="error">Where it will complain.</param>
    /// <param name="user">The user's name.</param>
    /// <param name="log">Hears of failures.</param>
    /// <param name="ct">The session's end.</param>
    public async Task RunAsync(Func<string, CStrings, SafeHandle, SafeHandle?, SafeHandle?, ValueTask<IRunningProgram>> start, SafeHandle output, SafeHandle error, string user, SshdLog log, CancellationToken ct)
    {
        try
        {
            (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
            await using var input = new DescriptorStream(writing);
            IRunningProgram program;
            using (reading) program = await start(_program, _arguments, reading, IsXauth ? null : output, IsXauth ? null : error).ConfigureAwait(false);
            await using CancellationTokenRegistration hangUp = ct.UnsafeRegister(static state => ((IRunningProgram)state!).Signal(UnixSignal.TERM), program);
            await TellAsync(input, ct).ConfigureAwait(false);
            ChildExit exit = await program.Exited.ConfigureAwait(false);
            if (IsXauth && exit is not { Status: 0, IsBySignal: false }) log.Error($"{_program} failed for {user}: it ended by {(exit.IsBySignal ? exit.Signal.ToString() : $"status {exit.Status}")}");
        }
        catch (UnixException failure)
        {
            log.Error($"could not run {_program}: {failure.Message}");
        }
    }

    private async Task TellAsync(DescriptorStream input, CancellationToken ct)
    {
        try
        {
            await input.WriteAsync(Encoding.ASCII.GetBytes(_input), ct).ConfigureAwait(false);
        }
        catch (UnixException gone) when (gone.Errno == Errno.EPIPE)
        {
            // A script need not read.
        }

        await input.DisposeAsync().ConfigureAwait(false);
    }

    private static bool IsThere(string path, UserAccount account)
    {
        using FileIdentity identity = FileIdentity.Assume(account);
        return FileStatus.TryOfPath(path, out _);
    }
}
