using System.Diagnostics;

namespace Nacre.Tests.Interop;

/// <summary>Our agent, at a socket of its own.</summary>
internal sealed class OurAgent : IRunningAgent
{
    private readonly Process _process;

    public OurAgent(string path)
    {
        Path = path;
        _process = Process.Start(new ProcessStartInfo(OurTools.Executable, ["ssh-agent", "-D", "-a", path]) { RedirectStandardOutput = true })!;
        _process.StandardOutput.ReadLine();
    }

    public string Path { get; }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
