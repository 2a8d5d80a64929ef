using Nacre.Protocol.Sftp;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp.Transfers;

/// <summary>Copies files and trees from a server.</summary>
/// <remarks>
/// Nothing is written outside the target: what a server names is a plain name, links are never made, and what a listing named is written only to what is
/// a regular file itself. When a copy fails or is stopped, its front stays, for a later one to go on.
/// </remarks>
/// <param name="client">The server.</param>
/// <param name="local">The files that are written.</param>
/// <param name="options">How to copy.</param>
/// <param name="observer">Hears what happens.</param>
internal sealed class Download(SftpClient client, IFileSystem local, TransferOptions options, ITransferObserver observer)
    : Transfer(client, client.MaxReadLength, options, observer)
{
    private readonly FileRequests _requests = new(client.Pump, goesOnInline: true);

    protected override async ValueTask<SftpAttributes> StatSourceAsync(string path, bool followsLinks) =>
        await _requests.StatAsync(path, followsLinks).ConfigureAwait(false);

    protected override async IAsyncEnumerable<List<FileEntry>> ListSourceAsync(string path)
    {
        var listing = new RemoteListing(_requests, path.Length == 0 ? "." : path);
        await using System.Runtime.CompilerServices.ConfiguredAsyncDisposable closing = listing.ConfigureAwait(false);
        while (await listing.NextAsync(CancellationToken.None).ConfigureAwait(false) is { Count: > 0 } names) yield return names;
    }

    protected override ValueTask<bool> MakeDirectoryAsync(string path, uint permissions, bool isListed) =>
        LocalDirectory.MakeAsync(local, path, permissions, isListed, Stop);

    protected override ValueTask SetDirectoryAsync(string path, SftpAttributes attributes) => local.SetAttributesAsync(path, attributes, followsLinks: true, Stop);

    protected override async Task CopyAsync(FileJob job)
    {
        byte[] handle = await _requests.OpenAsync(job.Source, SftpOpenFlags.Read, new SftpAttributes()).ConfigureAwait(false);
        bool isWhole = false;
        try
        {
            job.Step = TransferStep.OpenTarget;
            IFileHandle target = await OpenTargetAsync(job).ConfigureAwait(false);
            try
            {
                await FillAsync(job, handle, target).ConfigureAwait(false);
                job.Step = TransferStep.Close;
                isWhole = true;
            }
            finally
            {
                await target.DisposeAsync().ConfigureAwait(false);
            }

            job.Step = TransferStep.Rename;
            if (job.IsTemporary) await local.RenameAsync(job.Writing, job.Target, replaces: true, CancellationToken.None).ConfigureAwait(false);
        }
        catch when (job.IsTemporary)
        {
            await RemoveAsync(job.Writing).ConfigureAwait(false);
            throw;
        }
        finally
        {
            // Nothing was written there, so its closing tells nothing.
            _ = _requests.CloseAsync(handle, isWhole ? job.Source : null);
        }
    }

    private async ValueTask<IFileHandle> OpenTargetAsync(FileJob job)
    {
        if (job.IsListed && job.MayBeThere) await CheckTargetAsync(job.Target).ConfigureAwait(false);
        var attributes = new SftpAttributes { Permissions = ((job.Attributes.Permissions ?? UsualPermissions) & PermissionMask) | OwnerWrites };
        SftpOpenFlags flags = SftpOpenFlags.Write | SftpOpenFlags.Create;
        if (Options.UsesTemporaryName && !Options.Resumes)
        {
            job.Writing = TemporaryName.For(job.Target);
            flags |= SftpOpenFlags.Exclusive;
        }

        if (Options is { WritesInPlace: true, Resumes: false } && job.MayBeThere) await CompareAsync(job).ConfigureAwait(false);
        if (job.Overwritten == 0) flags |= Options.Resumes ? SftpOpenFlags.Read : SftpOpenFlags.Truncate;
        return await local.OpenAsync(job.Writing, flags, attributes, Stop).ConfigureAwait(false);
    }

    // what is there and no regular file was not put there for the server to write to.
    private async ValueTask CheckTargetAsync(string target)
    {
        SftpAttributes there;
        try
        {
            there = await local.StatAsync(target, followsLinks: false, Stop).ConfigureAwait(false);
        }
        catch (Exception error) when (IsLocal(error))
        {
            return;
        }

        if (!there.IsRegularFile) throw new SftpException(SftpStatusCode.Failure, "is there already and is no regular file; a recursive copy does not write through it", target);
    }

    private async ValueTask FillAsync(FileJob job, byte[] handle, IFileHandle target)
    {
        if (Options.Resumes) await ProveAsync(job, handle, target).ConfigureAwait(false);
        job.Step = TransferStep.Read;
        var writer = new SparseWriter(target, job.Found, mayLeaveOut: job.Overwritten == 0 && await MayLeaveOutAsync(job, target).ConfigureAwait(false));
        bool isShort = job.Size is { } size && job.Found >= size
            ? false
            : await new RangedRead(Pump, Flight, job, handle, writer, done => Advance(job, done)).RunAsync(job.Size, Stop).ConfigureAwait(false);
        if (isShort) SourceLength.Check(job.Source, writer.Position, job.Size!.Value, (await _requests.StatAsync(handle, job.Source).ConfigureAwait(false)).Size);
        job.Step = TransferStep.Write;
        await writer.FinishAsync(Stop).ConfigureAwait(false);
        if (job.Overwritten > writer.Position) await target.SetAttributesAsync(new SftpAttributes { Size = (ulong)writer.Position }, Stop).ConfigureAwait(false);
        job.Step = TransferStep.SetAttributes;
        if (Options.KeepsAttributes) await target.SetAttributesAsync(Kept(job.Attributes), Stop).ConfigureAwait(false);
        job.Step = TransferStep.Write;
        if (Options.Syncs) await target.SyncAsync(Stop).ConfigureAwait(false);
    }

    private async ValueTask CompareAsync(FileJob job)
    {
        try
        {
            job.Compare(await local.StatAsync(job.Target, followsLinks: true, Stop).ConfigureAwait(false));
        }
        catch (Exception error) when (IsLocal(error))
        {
            // There is nothing; or opening it says what is wrong.
        }
    }

    // A small file is written at once; and to /dev/null and its like nothing can be left out.
    private async ValueTask<bool> MayLeaveOutAsync(FileJob job, IFileHandle target)
    {
        const long mayHaveHoles = 64 * 1024;
        return job.Size >= mayHaveHoles && (await target.StatAsync(Stop).ConfigureAwait(false)).IsRegularFile;
    }

    private async ValueTask ProveAsync(FileJob job, byte[] handle, IFileHandle target)
    {
        job.Step = TransferStep.Verify;
        long there = (long)((await target.StatAsync(Stop).ConfigureAwait(false)).Size ?? 0);
        long size = job.Size ?? 0;
        if (there > size) throw new SftpException(SftpStatusCode.Failure, "destination file bigger or same size as source file", job.Target);
        var remote = new RemoteFile(Session, handle, job.Source);
        job.Found = await PrefixProof.FindAsync(remote, target, there, job.Target, Stop).ConfigureAwait(false);
        Flight.Skip(job, job.Found);
        Advance(job, job.Found);
        if (job.Found < there) await target.SetAttributesAsync(new SftpAttributes { Size = (ulong)job.Found }, Stop).ConfigureAwait(false);
    }

    private async ValueTask RemoveAsync(string path)
    {
        try
        {
            await local.RemoveFileAsync(path, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (IsLocal(error))
        {
            // It was never made, or the first failure says more.
        }
    }
}
