using Nacre.Protocol.Sftp;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp.Transfers;

/// <summary>Fills a file at a server from its source, from where an earlier copy ended if that is wanted.</summary>
/// <param name="pump">The server's session.</param>
/// <param name="flight">What is on the wire.</param>
/// <param name="job">The file.</param>
/// <param name="source">Its bytes.</param>
/// <param name="target">Where they go; open.</param>
/// <param name="readsFirst">True where reading the source may take long, and the session must not wait for it.</param>
/// <param name="advance">Hears how far it is.</param>
internal sealed class TargetFill(RequestPump pump, Flight flight, FileJob job, IFileHandle source, RemoteTarget target, bool readsFirst, Action<FileJob, long> advance)
{
    public async ValueTask RunAsync(TransferOptions options, CancellationToken ct)
    {
        if (options.Resumes)
        {
            await target.ProveAsync(source, ct).ConfigureAwait(false);
            flight.Skip(job, job.Found);
            advance(job, job.Found);
        }

        job.Step = TransferStep.Read;
        var write = new RangedWrite(pump, flight, job, target.Handle, source, readsFirst, done => advance(job, done));
        bool isThere = job.Size is { } size && job.Found >= size;
        bool isShort = !isThere && await write.SendAsync(job.Found, job.Size, mayLeaveOut: !readsFirst && job.Overwritten == 0).ConfigureAwait(false);
        if (write.MustSetSize || job.Overwritten > write.End) target.Set(new SftpAttributes { Size = (ulong)write.End });
        if (!isShort && !write.HasFailed) target.Finish();
        await write.FinishAsync(ct).ConfigureAwait(false);
        if (isShort)
        {
            job.Step = TransferStep.Read;
            SourceLength.Check(job.Source, write.End, job.Size!.Value, (await source.StatAsync(ct).ConfigureAwait(false)).Size);
            target.Finish();
        }

        await target.CompleteAsync(ct).ConfigureAwait(false);
    }
}
