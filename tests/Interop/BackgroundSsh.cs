using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Nacre.Tests.Forwarding;

namespace Nacre.Tests.Interop;

/// <summary>An ssh with -N that stays until the test ends it.</summary>
internal sealed class BackgroundSsh : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly StringBuilder _error = new();

    private BackgroundSsh(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_error) _error.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
    }

    /// <summary>What it has said so far.</summary>
    public string Error
    {
        get
        {
            lock (_error) return _error.ToString();
        }
    }

    public static BackgroundSsh Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program.Contains('/', StringComparison.Ordinal) ? program : Requires.Program(program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        return new BackgroundSsh(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
    }

    /// <summary>Connects, once somebody listens there.</summary>
    public async Task<Socket> ConnectAsync(EndPoint endpoint)
    {
        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await TalkingServer.ConnectAsync(endpoint);
            }
            catch (SocketException error)
            {
                if (_process.HasExited) Assert.Fail($"ssh ended with {_process.ExitCode}: {Error}");
                if (Stopwatch.GetElapsedTime(begin) > Limit) Assert.Fail($"nobody listens at {endpoint} ({error.Message}): {Error}");
                await Task.Delay(20);
            }
        }
    }

    /// <summary>Says something there, once somebody listens, and returns the answer.</summary>
    public async Task<string> AskAsync(EndPoint endpoint, string question)
    {
        using Socket socket = await ConnectAsync(endpoint);
        return await TalkingServer.AskAsync(socket, question);
    }

    /// <summary>Waits for its end; returns the exit status.</summary>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
