using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Serving;

/// <summary>Lists, makes and removes directories (draft-ietf-secsh-filexfer-02 sections 6.6 and 6.7).</summary>
internal static class DirectoryRequests
{
    /// <summary>Names in one answer to READDIR; OpenSSH's number.</summary>
    private const int NamesPerReply = 100;

    private const uint DefaultMode = 0b111_111_111, ModeBits = 0xfff;

    public static async ValueTask OpenDirAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        string path = ServingSession.PathOf(Message.ReadRecord<SftpOpenDir>(request.Fields.Span).Path);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: opendir");
        session.Log.Write(SftpLogLevel.Info, $"opendir \"{path}\"");
        session.Handles.RequireRoom();
        var listing = new Listing(session.Files.ListAsync(path, ct).GetAsyncEnumerator(ct));
        try
        {
            // What cannot be listed is refused here and not at its first name.
            await listing.PeekAsync().ConfigureAwait(false);
        }
        catch
        {
            await listing.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        FileRequests.Give(session, request.Id, new OpenHandle(path, null, listing));
    }

    public static async ValueTask ReadDirAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        Listing listing = Read(session, request);
        int count = 0;
        while (count < NamesPerReply && await listing.PeekAsync().ConfigureAwait(false) is { } entry)
        {
            bool isAdded = session.Replies.AddName(entry, SftpLimits.MaxData);
            if (!isAdded && count > 0) break;
            listing.Take();
            if (isAdded) count++;
        }

        if (count == 0) session.Replies.Status(request.Id, SftpStatusCode.Eof);
        else session.Replies.Names(request.Id, count);

        static Listing Read(ServingSession session, in RequestMessage request)
        {
            session.Handles.TryFind(Message.ReadRecord<SftpReadDir>(request.Fields.Span).Handle, out OpenHandle? open, out int place);
            session.Log.Write(SftpLogLevel.Debug1, $"request {request.Id}: readdir \"{open?.Path ?? "(null)"}\" (handle {place})");
            return open?.Listing ?? throw new SftpException(SftpStatusCode.Failure, "No such handle");
        }
    }

    public static async ValueTask MkDirAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (string path, uint mode) = Read(request.Fields.Span);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: mkdir");
        session.Log.Write(SftpLogLevel.Info, $"mkdir name \"{path}\" mode 0{Convert.ToString(mode, 8)}");
        await session.Files.MakeDirectoryAsync(path, new SftpAttributes { Permissions = mode }, ct).ConfigureAwait(false);
        session.Replies.Ok(request.Id);

        static (string, uint) Read(ReadOnlySpan<byte> fields)
        {
            SftpMkDir make = Message.ReadRecord<SftpMkDir>(fields);
            return (ServingSession.PathOf(make.Path), make.Attributes!.Permissions & ModeBits ?? DefaultMode);
        }
    }

    public static async ValueTask RmDirAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        string path = ServingSession.PathOf(Message.ReadRecord<SftpRmDir>(request.Fields.Span).Path);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: rmdir");
        session.Log.Write(SftpLogLevel.Info, $"rmdir name \"{path}\"");
        await session.Files.RemoveDirectoryAsync(path, ct).ConfigureAwait(false);
        session.Replies.Ok(request.Id);
    }
}
