using System.Diagnostics;

namespace Nacre.Tests.Interop;

/// <summary>Our agent, at a socket of its own.</summary>
internal sealed class OurAgent : IRunningAgent
{
    private readonly Process _process;

    /// <param name="path">Of the socket.</param>
    /// <param name="environment">Added to this process's environment; a null value removes the variable.</param>
    public OurAgent(string path, IReadOnlyDictionary<string, string?>? environment = null)
    {
        Path = path;
        var start = new ProcessStartInfo(OurTools.Executable, ["ssh-agent", "-D", "-a", path]) { RedirectStandardOutput = true };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.StandardOutput.ReadLine();
    }

    public string Path { get; }

    /// <summary>The processes that it has started and that have not ended.</summary>
    public IReadOnlyList<string> Children()
    {
        // Each thread has those that it has started.
        IEnumerable<string> threads = Directory.EnumerateDirectories($"/proc/{_process.Id}/task");
        return [.. threads.Select(thread => System.IO.Path.Join(thread, "children")).Where(File.Exists).SelectMany(list => File.ReadAllText(list).Split(' ', StringSplitOptions.RemoveEmptyEntries))];
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
