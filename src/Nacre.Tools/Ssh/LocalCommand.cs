using Microsoft.Win32.SafeHandles;
using Nacre.Config.Connections;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>Runs a command on this machine: that of LocalCommand, and those of the escape sequence for a command line.</summary>
internal static class LocalCommand
{
    private const int Failed = -1;

    /// <summary>Runs a command by the user's shell, with our standard streams, and waits for its end.</summary>
    /// <param name="command">A command line, with every token expanded; empty for a shell.</param>
    /// <param name="trace">Where it is told.</param>
    /// <returns>Its exit status; -1 when it could not be run.</returns>
    public static async Task<int> RunAsync(string command, ErrorTrace trace)
    {
        string shell = UserShell.Program;
        trace.Write(1, $"Executing command: '{command}'");
        try
        {
            ChildProcess child = Start(shell, command);
            return (await child.Exited.ConfigureAwait(false)).ShellStatus;
        }
        catch (UnixException error)
        {
            trace.Fail($"Couldn't execute {shell} -c \"{command}\": {UnixException.Describe(error.Errno)}");
            return Failed;
        }
    }

    private static ChildProcess Start(string shell, string command)
    {
        using SafeFileHandle input = Descriptors.Inherited(0);
        using SafeFileHandle output = Descriptors.Inherited(1);
        using SafeFileHandle error = Descriptors.Inherited(2);
        return Spawn.Start(new ProgramStart
        {
            Path = shell,
            Arguments = command.Length > 0 ? [shell, "-c", command] : [shell],
            Input = input,
            Output = output,
            Error = error,
        });
    }
}
