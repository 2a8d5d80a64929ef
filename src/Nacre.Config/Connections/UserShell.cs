using System.Runtime.InteropServices;
using Nacre.Unix;

namespace Nacre.Config.Connections;

/// <summary>Runs the commands that a configuration names, by the shell that the user has chosen.</summary>
internal static class UserShell
{
    // ssh_config(5): "The command is executed using the user's shell 'exec' directive to avoid a lingering shell process."
    private const string Instead = "exec ";

    /// <summary>The program of SHELL, or the system's shell.</summary>
    public static string Program => Environment.GetEnvironmentVariable("SHELL") is { Length: > 0 } shell ? shell : "/bin/sh";

    /// <summary>Starts a command in place of the shell that reads it; its standard error is ours.</summary>
    /// <param name="command">A command line, with every token expanded.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="output">Where it writes.</param>
    /// <exception cref="UnixException">There is no such shell.</exception>
    public static ChildProcess StartInstead(string command, SafeHandle input, SafeHandle output) => Start(Instead + command, input, output);

    /// <summary>Starts the shell with a command, which may be a list of several; its standard error is ours.</summary>
    /// <param name="command">A command line, with every token expanded.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="output">Where it writes.</param>
    /// <exception cref="UnixException">There is no such shell.</exception>
    public static ChildProcess Start(string command, SafeHandle input, SafeHandle output)
    {
        using SafeHandle error = Descriptors.Inherited(2);
        string shell = Program;
        return Spawn.Start(new ProgramStart
        {
            Path = shell,
            Arguments = [shell, "-c", command],
            Input = input,
            Output = output,
            Error = error,
        });
    }
}
