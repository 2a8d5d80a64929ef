using System.Diagnostics;

namespace Nacre.Bench.Idle;

/// <summary>This program once more, in another role and with memory of its own; it ends when its input does.</summary>
internal sealed class Companion : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    public Companion(params string[] arguments)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("this program does not know its own file");
        _process = Process.Start(new ProcessStartInfo(self, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{self} did not start");
    }

    public int Id => _process.Id;

    /// <summary>The next line that it says.</summary>
    public async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Limit)
        ?? throw new InvalidOperationException($"{_process.StartInfo.ArgumentList[0]} ended before its time; what it said stands above");

    /// <summary>Says a line and returns the answer.</summary>
    public async Task<string> AskAsync(string question)
    {
        await _process.StandardInput.WriteLineAsync(question);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(Limit)) _process.Kill();
        _process.Dispose();
    }
}
