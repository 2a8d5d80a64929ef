using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp.Transfers;

/// <summary>A file that is being made at a server: opened, given its attributes, closed and named, with no wait where the order of requests is enough.</summary>
internal sealed class RemoteTarget(SftpClient client, FileRequests requests, FileJob job, TransferOptions options)
{
    private const uint PermissionMask = 0x1ff;

    private readonly List<(TransferStep Step, Task<bool> Reply)> _replies = [];
    private bool _isClosed;

    public byte[] Handle { get; private set; } = [];

    /// <summary>Makes a directory unless there is one; true when there was none.</summary>
    public static async ValueTask<bool> MakeDirectoryAsync(FileRequests requests, string path, uint permissions)
    {
        SftpException failure;
        try
        {
            return await requests.MakeDirectoryAsync(path, new SftpAttributes { Permissions = permissions }).ConfigureAwait(false);
        }
        catch (SftpException error)
        {
            failure = error;
        }

        // Version 3 has no code for "exists already", so whatever failed may be that.
        SftpAttributes there;
        try
        {
            there = await requests.StatAsync(path, followsLinks: true).ConfigureAwait(false);
        }
        catch (SftpException)
        {
            throw failure;
        }

        return there.IsDirectory ? false : throw new SftpException(SftpStatusCode.Failure, "exists but is not a directory", path);
    }

    public async ValueTask OpenAsync()
    {
        job.Step = TransferStep.OpenTarget;
        SftpOpenFlags flags = SftpOpenFlags.Write | SftpOpenFlags.Create;
        if (options.UsesTemporaryName && !options.Resumes)
        {
            job.Writing = TemporaryName.For(job.Target);
            flags |= SftpOpenFlags.Exclusive;
        }

        bool mayBeSource = options is { WritesInPlace: true, Resumes: false } && job.MayBeThere;
        Task<SftpAttributes>? looking = mayBeSource ? StatAsync() : null;
        if (!mayBeSource) flags |= options.Resumes ? SftpOpenFlags.Read : SftpOpenFlags.Truncate;
        Handle = await requests.OpenAsync(job.Writing, flags, new SftpAttributes { Permissions = job.Attributes.Permissions & PermissionMask }).ConfigureAwait(false);
        if (looking is not null) await EmptyUnlessSourceAsync(looking).ConfigureAwait(false);
    }

    /// <summary>Finds how much of what is there may stay, and cuts the rest off.</summary>
    public async ValueTask ProveAsync(IFileHandle source, CancellationToken ct)
    {
        job.Step = TransferStep.Verify;
        SftpAttributes there = await requests.StatAsync(Handle, job.Target).ConfigureAwait(false);
        long size = (long)(there.Size ?? 0);
        if (size > (job.Size ?? 0)) throw new SftpException(SftpStatusCode.Failure, "destination file bigger or same size as source file", job.Target);
        job.Found = await PrefixProof.FindAsync(new RemoteFile(client, Handle, job.Target), source, size, job.Target, ct).ConfigureAwait(false);
        if (job.Found < size) Set(new SftpAttributes { Size = (ulong)job.Found });
    }

    /// <summary>Sets attributes behind what was sent.</summary>
    public void Set(SftpAttributes attributes) => _replies.Add((TransferStep.SetAttributes, requests.SetAttributesAsync(Handle, attributes, job.Target)));

    /// <summary>Sends everything that follows the data, the closing included.</summary>
    public void Finish()
    {
        if (options.KeepsAttributes)
        {
            Set(new SftpAttributes
            {
                Permissions = job.Attributes.Permissions & PermissionMask,
                AccessTime = job.Attributes.AccessTime,
                ModificationTime = job.Attributes.ModificationTime,
            });
        }

        if (options.Syncs && client.Offers(SftpClient.SyncExtension))
        {
            var only = new SftpHandleOnly { Handle = Handle };
            _replies.Add((TransferStep.Write, requests.ExtendedAsync(SftpClient.SyncExtension, ref only, job.Target)));
        }

        _isClosed = true;
        _replies.Add((TransferStep.Close, requests.CloseAsync(Handle, job.Target)));
    }

    /// <summary>Waits for the answers, and gives the file its name.</summary>
    public async ValueTask CompleteAsync(CancellationToken ct)
    {
        foreach ((TransferStep step, Task<bool> reply) in _replies)
        {
            job.Step = step;
            await reply.WaitAsync(ct).ConfigureAwait(false);
        }

        if (!job.IsTemporary) return;
        job.Step = TransferStep.Rename;
        await client.RenameAsync(requests, job.Writing, job.Target, replaces: true).WaitAsync(ct).ConfigureAwait(false);
    }

    private async Task<SftpAttributes> StatAsync() => await requests.StatAsync(job.Target, followsLinks: true).ConfigureAwait(false);

    // Both requests are on the wire at once; the first is answered before the second makes the file.
    private async ValueTask EmptyUnlessSourceAsync(Task<SftpAttributes> looking)
    {
        try
        {
            SftpAttributes there = await looking.ConfigureAwait(false);
            job.Compare(there);
            if (there is { IsRegularFile: true, Size: > 0 } && job.Overwritten == 0) Set(new SftpAttributes { Size = 0 });
        }
        catch (SftpException)
        {
            // There was nothing.
        }
    }

    /// <summary>Closes a file that failed, and removes it if it has only a temporary name.</summary>
    public async ValueTask AbandonAsync()
    {
        if (!_isClosed) _ = requests.CloseAsync(Handle, null);
        if (!job.IsTemporary) return;
        try
        {
            await requests.RemoveFileAsync(job.Writing).ConfigureAwait(false);
        }
        catch (SshException)
        {
            // The first failure says more.
        }
    }
}
