using System.Globalization;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Serving;

/// <summary>Tells and sets what is known of files (draft-ietf-secsh-filexfer-02 sections 6.8 and 6.9, and lsetstat@openssh.com).</summary>
internal static class AttributeRequests
{
    private const uint ModeBits = 0xfff;

    public static ValueTask StatAsync(ServingSession session, RequestMessage request, CancellationToken ct) =>
        DescribeAsync(session, request.Id, ServingSession.PathOf(Message.ReadRecord<SftpStat>(request.Fields.Span).Path), true, ct);

    public static ValueTask LStatAsync(ServingSession session, RequestMessage request, CancellationToken ct) =>
        DescribeAsync(session, request.Id, ServingSession.PathOf(Message.ReadRecord<SftpLStat>(request.Fields.Span).Path), false, ct);

    public static async ValueTask FStatAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        bool isOpen = session.Handles.TryFind(Message.ReadRecord<SftpFStat>(request.Fields.Span).Handle, out OpenHandle? open, out int place);
        session.Log.Write(SftpLogLevel.Debug1, $"request {request.Id}: fstat \"{open?.Path ?? "(null)"}\" (handle {place})");
        FileRequests.RequireFile(isOpen, open);
        session.Replies.Attributes(request.Id, await open!.File!.StatAsync(ct).ConfigureAwait(false));
    }

    public static async ValueTask SetStatAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (string path, SftpAttributes attributes) = Read(request.Fields.Span);
        session.Log.Write(SftpLogLevel.Debug1, $"request {request.Id}: setstat name \"{path}\"");
        LogSet(session.Log, path, attributes);
        await session.Files.SetAttributesAsync(path, Settable(attributes), followsLinks: true, ct).ConfigureAwait(false);
        session.Replies.Ok(request.Id);

        static (string, SftpAttributes) Read(ReadOnlySpan<byte> fields)
        {
            SftpSetStat set = Message.ReadRecord<SftpSetStat>(fields);
            return (ServingSession.PathOf(set.Path), set.Attributes!);
        }
    }

    public static async ValueTask LSetStatAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (string path, SftpAttributes attributes) = Read(request.Fields.Span);
        session.Log.Write(SftpLogLevel.Debug1, $"request {request.Id}: lsetstat name \"{path}\"");
        if (attributes.Size is not null) throw new SftpException(SftpStatusCode.BadMessage, "A link has no size to set");
        LogSet(session.Log, path, attributes);
        await session.Files.SetAttributesAsync(path, Settable(attributes), followsLinks: false, ct).ConfigureAwait(false);
        session.Replies.Ok(request.Id);

        static (string, SftpAttributes) Read(ReadOnlySpan<byte> fields)
        {
            SftpPathAndAttributes set = Message.ReadRecord<SftpPathAndAttributes>(fields);
            return (ServingSession.PathOf(set.Path), set.Attributes!);
        }
    }

    public static async ValueTask FSetStatAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (OpenHandle open, SftpAttributes attributes) = Read(session, request);
        LogSet(session.Log, open.Path, attributes);
        await open.File!.SetAttributesAsync(Settable(attributes), ct).ConfigureAwait(false);
        session.Replies.Ok(request.Id);

        static (OpenHandle, SftpAttributes) Read(ServingSession session, in RequestMessage request)
        {
            SftpFSetStat set = Message.ReadRecord<SftpFSetStat>(request.Fields.Span);
            bool isOpen = session.Handles.TryFind(set.Handle, out OpenHandle? open, out int place);
            session.Log.Write(SftpLogLevel.Debug1, $"request {request.Id}: fsetstat handle {place}");
            FileRequests.RequireFile(isOpen, open);
            return (open!, set.Attributes!);
        }
    }

    private static async ValueTask DescribeAsync(ServingSession session, uint id, string path, bool followsLinks, CancellationToken ct)
    {
        string kind = followsLinks ? "" : "l";
        session.Log.Write(SftpLogLevel.Debug3, $"request {id}: {kind}stat");
        session.Log.Write(SftpLogLevel.Verbose, $"{kind}stat name \"{path}\"");
        session.Replies.Attributes(id, await session.Files.StatAsync(path, followsLinks, ct).ConfigureAwait(false));
    }

    // What a file is cannot be set, only its mode.
    private static SftpAttributes Settable(SftpAttributes attributes) => attributes with { Permissions = attributes.Permissions & ModeBits };

    private static void LogSet(ServingLog log, string path, SftpAttributes attributes)
    {
        if (!log.IsOn(SftpLogLevel.Info)) return;
        if (attributes.Size is { } size) log.Write(SftpLogLevel.Info, $"set \"{path}\" size {size}");
        if (attributes.Permissions is { } mode) log.Write(SftpLogLevel.Info, $"set \"{path}\" mode {Convert.ToString(mode, 8).PadLeft(4, '0')}");
        if (attributes.ModificationTime is { } modified) log.Write(SftpLogLevel.Info, $"set \"{path}\" modtime {Local(modified)}");
        if (attributes is { Uid: { } uid, Gid: { } gid }) log.Write(SftpLogLevel.Info, $"set \"{path}\" owner {uid} group {gid}");
    }

    private static string Local(uint seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToLocalTime().ToString("yyyyMMdd-HH:mm:ss", CultureInfo.InvariantCulture);
}
