using System.IO.Pipelines;
using System.Text;
using System.Threading.Channels;
using Nacre.Config.Values;
using Nacre.Tools.SftpServer;

namespace Nacre.Tools.Sshd;

/// <summary>Log lines on the standard error of a session, for whom nobody waits: a client that does not read them loses some.</summary>
internal sealed class SessionErrorLines : IAsyncDisposable
{
    private const int MostWaiting = 1024;

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Task _pump;

    public SessionErrorLines(PipeWriter error, CancellationToken ct) => _pump = PumpAsync(error, ct);

    public void Write(LogLevel level, string line) => _lines.Writer.TryWrite(SftpServerLog.ErrorLine(level, line));

    /// <summary>Waits until what was written has gone.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task PumpAsync(PipeWriter error, CancellationToken ct)
    {
        await foreach (string line in _lines.Reader.ReadAllAsync(ct).ConfigureAwait(false)) await error.WriteAsync(Encoding.UTF8.GetBytes(line), ct).ConfigureAwait(false);
    }
}
