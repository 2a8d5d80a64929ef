using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Serving;

/// <summary>Resolves, removes, renames and links names (draft-ietf-secsh-filexfer-02 sections 6.5, 6.10 and 6.11, and OpenSSH's extensions of them).</summary>
internal static class NameRequests
{
    public static async ValueTask RemoveAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        string path = ServingSession.PathOf(Message.ReadRecord<SftpRemove>(request.Fields.Span).Path);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: remove");
        session.Log.Write(SftpLogLevel.Info, $"remove name \"{path}\"");
        await session.Files.RemoveFileAsync(path, ct).ConfigureAwait(false);
        session.Replies.Ok(request.Id);
    }

    public static async ValueTask RenameAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (string oldPath, string newPath) = Read(request.Fields.Span);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: rename");
        session.Log.Write(SftpLogLevel.Info, $"rename old \"{oldPath}\" new \"{newPath}\"");

        // draft-ietf-secsh-filexfer-02 6.5: "It is an error if there already exists a file with the name specified by newpath."
        await session.Files.RenameAsync(oldPath, newPath, replaces: false, ct).ConfigureAwait(false);
        session.Replies.Ok(request.Id);

        static (string, string) Read(ReadOnlySpan<byte> fields)
        {
            SftpRename rename = Message.ReadRecord<SftpRename>(fields);
            return (ServingSession.PathOf(rename.OldPath), ServingSession.PathOf(rename.NewPath));
        }
    }

    public static async ValueTask PosixRenameAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (string oldPath, string newPath) = TwoPaths(request.Fields.Span);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: posix-rename");
        session.Log.Write(SftpLogLevel.Info, $"posix-rename old \"{oldPath}\" new \"{newPath}\"");
        await session.Files.RenameAsync(oldPath, newPath, replaces: true, ct).ConfigureAwait(false);
        session.Replies.Ok(request.Id);
    }

    public static async ValueTask HardLinkAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (string oldPath, string newPath) = TwoPaths(request.Fields.Span);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: hardlink");
        session.Log.Write(SftpLogLevel.Info, $"hardlink old \"{oldPath}\" new \"{newPath}\"");
        await session.Files.MakeHardLinkAsync(oldPath, newPath, ct).ConfigureAwait(false);
        session.Replies.Ok(request.Id);
    }

    public static async ValueTask SymLinkAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (string target, string link) = Read(request.Fields.Span);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: symlink");
        session.Log.Write(SftpLogLevel.Info, $"symlink old \"{target}\" new \"{link}\"");
        await session.Files.MakeSymbolicLinkAsync(target, link, ct).ConfigureAwait(false);
        session.Replies.Ok(request.Id);

        static (string, string) Read(ReadOnlySpan<byte> fields)
        {
            SftpSymLink made = Message.ReadRecord<SftpSymLink>(fields);
            return (ServingSession.PathOf(made.Target), ServingSession.PathOf(made.Link));
        }
    }

    public static async ValueTask ReadLinkAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        string path = ServingSession.PathOf(Message.ReadRecord<SftpReadLink>(request.Fields.Span).Path);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: readlink");
        session.Log.Write(SftpLogLevel.Verbose, $"readlink \"{path}\"");
        session.Replies.Path(request.Id, await session.Files.ReadLinkAsync(path, ct).ConfigureAwait(false));
    }

    public static async ValueTask RealPathAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        string path = ServingSession.PathOf(Message.ReadRecord<SftpRealPath>(request.Fields.Span).Path);
        if (path.Length == 0) path = ".";
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: realpath");
        session.Log.Write(SftpLogLevel.Verbose, $"realpath \"{path}\"");
        session.Replies.Path(request.Id, await session.Files.ResolveAsync(path, ct).ConfigureAwait(false));
    }

    public static async ValueTask ExpandPathAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        string path = ServingSession.PathOf(Message.ReadRecord<SftpPathOnly>(request.Fields.Span).Path);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: expand, original \"{path}\"");
        string start = await session.Files.ResolveAsync(".", ct).ConfigureAwait(false);
        if (path.StartsWith('~')) path = await WithoutTildeAsync(session, path, start, ct).ConfigureAwait(false);
        else if (path.Length == 0) path = ".";
        else if (path[0] != '/') path = $"{start}/{path}";
        session.Log.Write(SftpLogLevel.Verbose, $"expand \"{path}\"");
        session.Replies.Path(request.Id, await session.Files.ResolveAsync(path, ct).ConfigureAwait(false));
    }

    // A session starts in the user's home, which ~ therefore is, as with OpenSSH; ~name is the home of another.
    private static async ValueTask<string> WithoutTildeAsync(ServingSession session, string path, string start, CancellationToken ct)
    {
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        string user = slash < 0 ? path[1..] : path[1..slash];
        string home = user.Length == 0 ? start : await session.Files.HomeAsync(user, ct).ConfigureAwait(false);
        return slash < 0 ? home : home + path[slash..];
    }

    private static (string OldPath, string NewPath) TwoPaths(ReadOnlySpan<byte> fields)
    {
        SftpTwoPaths paths = Message.ReadRecord<SftpTwoPaths>(fields);
        return (ServingSession.PathOf(paths.OldPath), ServingSession.PathOf(paths.NewPath));
    }
}
