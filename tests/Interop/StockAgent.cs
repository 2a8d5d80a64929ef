using System.Diagnostics;

namespace Nacre.Tests.Interop;

/// <summary>OpenSSH's agent, at a socket of its own.</summary>
internal sealed class StockAgent : IRunningAgent
{
    private readonly Process _process;

    public StockAgent(string path)
    {
        Path = path;
        _process = Process.Start(new ProcessStartInfo(Requires.Program("ssh-agent"), ["-D", "-a", path]) { RedirectStandardOutput = true })!;
        _process.StandardOutput.ReadLine();
    }

    public string Path { get; }

    public async Task AddAsync(string key) => (await Run.Async("ssh-add", ["-q", key], environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = Path })).Ends();

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
