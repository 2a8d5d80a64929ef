using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Nacre.Scp;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.Scp;

/// <summary>Copies by the old protocol (-O): for each machine a shell there runs the other end, scp -t or scp -f.</summary>
internal sealed class LegacyCopy(ScpSettings settings, Reporter reporter, CancellationToken ct) : IAsyncDisposable
{
    private readonly LocalFileSystem _files = new(Environment.CurrentDirectory);
    private readonly ScpVoice _voice = new(reporter, isRemote: false, settings.Verbosity > 0);

    /// <summary>The sink at the target, which all sources of this machine go to.</summary>
    private RemoteCommand? _sink;

    private ScpSource? _source;

    /// <summary>Copies from this machine to another.</summary>
    /// <returns>False when it failed, which has been said.</returns>
    public async Task<bool> UploadAsync(string path, ScpPlace target)
    {
        if (_sink is null)
        {
            _sink = await StartAsync(target, "-t", asksNothing: false).ConfigureAwait(false);
            _source = new ScpSource(new ScpWire(_sink.Output, _sink.Input), _files, settings.Legacy, _voice);
            await _source.BeginAsync(ct).ConfigureAwait(false);
        }

        await _source!.SendAsync(path, ct).ConfigureAwait(false);
        return _source.IsWhole;
    }

    /// <summary>Copies from another machine to this one.</summary>
    /// <returns>False when it failed, which has been said.</returns>
    public async Task<bool> DownloadAsync(ScpPlace source, string target)
    {
        RequestedNames? requested = settings.TrustsNames ? null : RequestedNames.Of(source.Path, settings.Copies.IsRecursive);
        RemoteCommand command = await StartAsync(source, "-f", asksNothing: false).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = command.ConfigureAwait(false);
        var sink = new ScpSink(new ScpWire(command.Output, command.Input), _files, settings.Legacy, _voice);
        await sink.ReceiveAsync(target, requested, ct).ConfigureAwait(false);
        return sink.IsWhole && await command.FinishAsync().ConfigureAwait(false) == 0;
    }

    /// <summary>Copies between two other machines: what one end says the other hears.</summary>
    /// <returns>False when it failed.</returns>
    public async Task<bool> CrossAsync(ScpPlace source, ScpPlace target)
    {
        RemoteCommand from = await StartAsync(source, "-f", asksNothing: false).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closingFrom = from.ConfigureAwait(false);
        RemoteCommand to = await StartAsync(target, "-t", asksNothing: true, isSecond: true).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closingTo = to.ConfigureAwait(false);
        await Task.WhenAll(CarryAsync(from.Output, to.Input, ct), CarryAsync(to.Output, from.Input, ct)).ConfigureAwait(false);
        int[] statuses = await Task.WhenAll(from.FinishAsync(), to.FinishAsync()).ConfigureAwait(false);
        return Array.TrueForAll(statuses, static status => status == 0);
    }

    /// <summary>Waits for the end of the sink.</summary>
    /// <returns>False when it, or the way to it, failed.</returns>
    public async Task<bool> FinishAsync() => _sink is null || await _sink.FinishAsync().ConfigureAwait(false) == 0;

    public async ValueTask DisposeAsync()
    {
        _voice.Dispose();
        if (_sink is not null) await _sink.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<RemoteCommand> StartAsync(ScpPlace place, string role, bool asksNothing, bool isSecond = false)
    {
        string command = $"{settings.RemoteCall} {role} {(place.Path.StartsWith('-') ? "-- " : "")}{place.Path}";
        ProgramCall call = settings.Ssh.For(place.Machine!, command, asksNothing);
        _voice.Trace($"Executing: {(isSecond ? "2nd " : "")}program {call.Path} host {place.Machine!.Host}, user {place.Machine.User ?? "(unspecified)"}, command {command}");
        try
        {
            return await RemoteCommand.StartAsync(call).ConfigureAwait(false);
        }
        catch (UnixException error)
        {
            reporter.Fail($"{call.Path}: {UnixException.Describe(error.Errno)}");
            throw ScpException.LostConnection(error);
        }
    }

    private static async Task CarryAsync(PipeReader from, PipeWriter to, CancellationToken ct)
    {
        try
        {
            await from.CopyToAsync(to, ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            // One end has left before it had all: its exit status tells.
        }
        finally
        {
            await to.CompleteAsync().ConfigureAwait(false);
            await from.CompleteAsync().ConfigureAwait(false);
        }
    }
}
