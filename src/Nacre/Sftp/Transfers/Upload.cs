using Nacre.Protocol.Sftp;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp.Transfers;

/// <summary>Copies files and trees to a server.</summary>
/// <remarks>When a copy fails or is stopped, its front stays, for a later one to go on.</remarks>
/// <param name="client">The server.</param>
/// <param name="local">The files that are read.</param>
/// <param name="options">How to copy.</param>
/// <param name="observer">Hears what happens.</param>
internal sealed class Upload(SftpClient client, IFileSystem local, TransferOptions options, ITransferObserver observer)
    : Transfer(client, client.MaxWriteLength, options, observer)
{
    /// <summary>Local names that are looked up at a time.</summary>
    private const int NamesAtOnce = 100;

    private readonly FileRequests _requests = new(client.Pump, goesOnInline: true);

    protected override ValueTask<SftpAttributes> StatSourceAsync(string path, bool followsLinks) => local.StatAsync(path, followsLinks, Stop);

    protected override async IAsyncEnumerable<List<FileEntry>> ListSourceAsync(string path)
    {
        var names = new List<FileEntry>(NamesAtOnce);
        await foreach (FileEntry entry in local.ListAsync(path, Stop).ConfigureAwait(false))
        {
            names.Add(entry);
            if (names.Count < NamesAtOnce) continue;
            yield return names;
            names.Clear();
        }

        yield return names;
    }

    protected override ValueTask<bool> MakeDirectoryAsync(string path, uint permissions, bool isListed) => RemoteTarget.MakeDirectoryAsync(_requests, path, permissions);

    protected override async ValueTask SetDirectoryAsync(string path, SftpAttributes attributes) =>
        await _requests.SetAttributesAsync(path, attributes).ConfigureAwait(false);

    protected override async Task CopyAsync(FileJob job)
    {
        IFileHandle source = await local.OpenAsync(job.Source, SftpOpenFlags.Read, new SftpAttributes(), Stop).ConfigureAwait(false);
        try
        {
            var target = new RemoteTarget(Session, _requests, job, Options);
            await target.OpenAsync().ConfigureAwait(false);
            try
            {
                await new TargetFill(Pump, Flight, job, source, target, readsFirst: false, Advance).RunAsync(Options, Stop).ConfigureAwait(false);
            }
            catch
            {
                await target.AbandonAsync().ConfigureAwait(false);
                throw;
            }
        }
        finally
        {
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }
}
