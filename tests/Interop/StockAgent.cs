using System.Diagnostics;

namespace Nacre.Tests.Interop;

/// <summary>OpenSSH's agent, at a socket of its own.</summary>
internal sealed class StockAgent : IRunningAgent
{
    private readonly Process _process;

    /// <param name="path">Of the socket.</param>
    /// <param name="environment">Added to this process's environment; a null value removes the variable.</param>
    public StockAgent(string path, IReadOnlyDictionary<string, string?>? environment = null)
    {
        Path = path;
        var start = new ProcessStartInfo(Requires.Program("ssh-agent"), ["-D", "-a", path]) { RedirectStandardOutput = true };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        _process = Process.Start(start)!;
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
