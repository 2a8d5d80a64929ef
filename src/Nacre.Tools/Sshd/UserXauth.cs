using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Server;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Has xauth, run as the user, remember the cookie of a session's display, before the session's program starts.</summary>
internal static class UserXauth
{
    /// <summary>Runs it to its end; that it failed is logged, and the session goes on without a display that works.</summary>
    /// <param name="program">The full name of xauth.</param>
    /// <param name="display">What to remember.</param>
    /// <param name="account">The user.</param>
    /// <param name="environment">What the session's program gets too.</param>
    /// <param name="log">Hears of failures.</param>
    /// <param name="ct">The session's end.</param>
    public static async Task AddAsync(string program, SessionDisplay display, UserAccount account, CStrings environment, SshdLog log, CancellationToken ct)
    {
        try
        {
            (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
            await using var input = new DescriptorStream(writing);
            ChildProcess child;
            using (reading) child = Start(program, account, environment, reading);
            await using CancellationTokenRegistration hangUp = ct.UnsafeRegister(static state => ((ChildProcess)state!).Signal(UnixSignal.TERM), child);
            string script = $"remove {display.AuthorityName}\nadd {display.AuthorityName} {display.Protocol} {display.Cookie}\n";
            await input.WriteAsync(Encoding.ASCII.GetBytes(script), ct).ConfigureAwait(false);
            await input.DisposeAsync().ConfigureAwait(false);
            ChildExit exit = await child.Exited.ConfigureAwait(false);
            if (exit is not { Status: 0, IsBySignal: false }) log.Error($"{program} failed for {account.Name}: it ended by {(exit.IsBySignal ? exit.Signal.ToString() : $"status {exit.Status}")}");
        }
        catch (UnixException error)
        {
            log.Error($"could not run {program}: {error.Message}");
        }
    }

    private static ChildProcess Start(string program, UserAccount account, CStrings environment, SafeFileHandle input)
    {
        string path = program;
        CStrings arguments = [program, "-q", "-"];
        if (Users.IsRoot)
        {
            (path, arguments) = UserSessions.Launched(program, arguments, account);
            environment = LaunchPlan.Veil(environment);
        }

        return Spawn.Start(new ProgramStart { Path = path, Arguments = arguments, Environment = environment, Input = input, LeadsSession = true });
    }
}
