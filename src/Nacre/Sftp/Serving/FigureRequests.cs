using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Serving;

/// <summary>Tells how full file systems are, and the limits of this server (PROTOCOL 4.4 and 4.8 of OpenSSH).</summary>
internal static class FigureRequests
{
    public static async ValueTask StatvfsAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        string path = ServingSession.PathOf(Message.ReadRecord<SftpPathOnly>(request.Fields.Span).Path);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: statvfs");
        session.Log.Write(SftpLogLevel.Info, $"statvfs \"{path}\"");
        Reply(session, request.Id, await session.Files.StatisticsAsync(path, ct).ConfigureAwait(false));
    }

    public static async ValueTask FStatvfsAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        bool isOpen = session.Handles.TryFind(Message.ReadRecord<SftpHandleOnly>(request.Fields.Span).Handle, out OpenHandle? open, out int place);
        session.Log.Write(SftpLogLevel.Debug1, $"request {request.Id}: fstatvfs \"{open?.Path ?? "(null)"}\" (handle {place})");
        FileRequests.RequireFile(isOpen, open);
        Reply(session, request.Id, await open!.File!.StatisticsAsync(ct).ConfigureAwait(false));
    }

    public static ValueTask LimitsAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        session.Log.Write(SftpLogLevel.Debug1, $"request {request.Id}: limits");
        var limits = new SftpLimitsReply
        {
            MaxPacketLength = SftpLimits.MaxMessage,
            MaxReadLength = SftpLimits.MaxData,
            MaxWriteLength = SftpLimits.MaxData,
            MaxOpenHandles = SftpLimits.MaxHandles,
        };
        session.Replies.Extended(request.Id, ref limits);
        return ValueTask.CompletedTask;
    }

    private static void Reply(ServingSession session, uint id, FileSystemStatistics figures)
    {
        var reply = new SftpStatisticsReply
        {
            BlockSize = figures.BlockSize,
            FragmentSize = figures.FragmentSize,
            Blocks = figures.Blocks,
            FreeBlocks = figures.FreeBlocks,
            AvailableBlocks = figures.AvailableBlocks,
            Files = figures.Files,
            FreeFiles = figures.FreeFiles,
            AvailableFiles = figures.AvailableFiles,
            FileSystemId = figures.FileSystemId,
            Flags = (figures.IsReadOnly ? SftpStatisticsReply.ReadOnly : 0) | (figures.IgnoresSetUserId ? SftpStatisticsReply.NoSetUserId : 0),
            MaxNameLength = figures.MaxNameLength,
        };
        session.Replies.Extended(id, ref reply);
    }
}
