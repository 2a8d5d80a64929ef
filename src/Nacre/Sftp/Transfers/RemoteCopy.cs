using Nacre.Protocol.Sftp;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp.Transfers;

/// <summary>Copies files and trees from one server to another, or within one, by way of this machine, which keeps none of it.</summary>
/// <param name="from">The server that is read.</param>
/// <param name="to">The server that is written to; may be the same session.</param>
/// <param name="options">How to copy.</param>
/// <param name="observer">Hears what happens.</param>
internal sealed class RemoteCopy(SftpClient from, SftpClient to, TransferOptions options, ITransferObserver observer)
    : Transfer(to, Math.Min(from.MaxReadLength, to.MaxWriteLength), options, observer)
{
    private readonly FileRequests _source = new(from.Pump, goesOnInline: true);
    private readonly FileRequests _target = new(to.Pump, goesOnInline: true);

    protected override async ValueTask<SftpAttributes> StatSourceAsync(string path, bool followsLinks) => await _source.StatAsync(path, followsLinks).ConfigureAwait(false);

    protected override async IAsyncEnumerable<List<FileEntry>> ListSourceAsync(string path)
    {
        var listing = new RemoteListing(_source, path.Length == 0 ? "." : path);
        await using System.Runtime.CompilerServices.ConfiguredAsyncDisposable closing = listing.ConfigureAwait(false);
        while (await listing.NextAsync(CancellationToken.None).ConfigureAwait(false) is { Count: > 0 } names) yield return names;
    }

    protected override ValueTask<bool> MakeDirectoryAsync(string path, uint permissions, bool isListed) => RemoteTarget.MakeDirectoryAsync(_target, path, permissions);

    protected override async ValueTask SetDirectoryAsync(string path, SftpAttributes attributes) => await _target.SetAttributesAsync(path, attributes).ConfigureAwait(false);

    protected override async Task CopyAsync(FileJob job)
    {
        byte[] handle = await _source.OpenAsync(job.Source, SftpOpenFlags.Read, new SftpAttributes()).ConfigureAwait(false);
        var source = new RemoteSource(new RemoteFile(from, handle, job.Source), (int)Math.Min(Flight.Window, job.Size ?? Flight.RequestBytes));
        await using System.Runtime.CompilerServices.ConfiguredAsyncDisposable closing = source.ConfigureAwait(false);
        var target = new RemoteTarget(Session, _target, job, Options);
        await target.OpenAsync().ConfigureAwait(false);
        try
        {
            await new TargetFill(Pump, Flight, job, source, target, readsFirst: true, Advance).RunAsync(Options, Stop).ConfigureAwait(false);
        }
        catch
        {
            await target.AbandonAsync().ConfigureAwait(false);
            throw;
        }
    }
}
