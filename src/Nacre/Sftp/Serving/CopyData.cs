using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Serving;

/// <summary>Copies from one open file into another without the data leaving the server (copy-data, draft-ietf-secsh-filexfer-extensions-00 section 7).</summary>
internal static class CopyData
{
    public static async ValueTask CopyAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (OpenHandle from, long readOffset, long length, OpenHandle to, long writeOffset) = Read(session, request);
        long copied = await from.File!.CopyToAsync(readOffset, length == 0 ? long.MaxValue : length, to.File!, writeOffset, ct).ConfigureAwait(false);
        from.BytesRead += copied;
        to.BytesWritten += copied;

        // A length that was asked for and is not there is no success.
        session.Replies.Status(request.Id, length == 0 || copied == length ? SftpStatusCode.Ok : SftpStatusCode.Eof);
    }

    private static (OpenHandle From, long ReadOffset, long Length, OpenHandle To, long WriteOffset) Read(ServingSession session, in RequestMessage request)
    {
        SftpCopyData copy = Message.ReadRecord<SftpCopyData>(request.Fields.Span);
        bool isReadOpen = session.Handles.TryFind(copy.ReadHandle, out OpenHandle? from, out int readPlace);
        bool isWriteOpen = session.Handles.TryFind(copy.WriteHandle, out OpenHandle? to, out int writePlace);
        session.Log.Write(
            SftpLogLevel.Debug1,
            $"request {request.Id}: copy-data from \"{from?.Path ?? "(null)"}\" (handle {readPlace}) off {copy.ReadOffset} len {copy.Length} to \"{to?.Path ?? "(null)"}\" (handle {writePlace}) off {copy.WriteOffset}");
        FileRequests.RequireFile(isReadOpen, from);
        FileRequests.RequireFile(isWriteOpen, to);

        // A copy within one file could read what it has just written, and to the end would never reach it.
        if (ReferenceEquals(from, to) || from!.Path == to!.Path) throw new SftpException(SftpStatusCode.Failure, "A file cannot be copied into itself");
        return (from, FileRequests.OffsetOf(copy.ReadOffset), FileRequests.OffsetOf(copy.Length), to, FileRequests.OffsetOf(copy.WriteOffset));
    }
}
