using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tools.FileTransfer;

/// <summary>A program to be run, with its arguments.</summary>
/// <param name="Path">The executable, looked for in PATH when it has no slash.</param>
/// <param name="Arguments">From argv[0] on.</param>
internal sealed record ProgramCall(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>The arguments of ssh, where the program is our own, which then runs in this process; null for a program.</summary>
    public IReadOnlyList<string>? SshArguments { get; init; }

    /// <summary>Starts it; its standard error is ours.</summary>
    /// <param name="input">What it reads.</param>
    /// <param name="output">Where it writes.</param>
    /// <param name="ignoresInterrupts">Ctrl-C at our terminal does not end it.</param>
    /// <exception cref="UnixException">It cannot be started.</exception>
    public ChildProcess Start(SafeFileHandle input, SafeFileHandle output, bool ignoresInterrupts)
    {
        CStrings arguments = [];
        foreach (string argument in Arguments) arguments.Add(argument);
        return Spawn.Start(new ProgramStart
        {
            Path = Path,
            Arguments = arguments,
            IsSearched = true,
            Input = input,
            Output = output,
            Error = Descriptors.Inherited(2),
            IgnoresInterrupts = ignoresInterrupts,
        });
    }

    /// <summary>Runs it on our own standard streams to its end; its status is as a shell tells it.</summary>
    /// <exception cref="UnixException">It cannot be started.</exception>
    public async Task<int> RunAsync() =>
        (await Start(Descriptors.Inherited(0), Descriptors.Inherited(1), ignoresInterrupts: false).Exited.ConfigureAwait(false)).ShellStatus;
}
