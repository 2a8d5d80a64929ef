using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Requests;

/// <summary>The requests of SFTP version 3, each sent when it is called; the task is its reply.</summary>
/// <param name="pump">The session.</param>
/// <param name="goesOnInline">True when who awaits a reply goes on at once, on the reading loop, and so must never block.</param>
internal sealed class FileRequests(RequestPump pump, bool goesOnInline)
{
    /// <summary>A path as it goes on the wire.</summary>
    /// <exception cref="SftpException">It is too long to be one.</exception>
    public static byte[] PathBytes(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes = FileNameText.Encode(path);
        return bytes.Length <= SftpLimits.MaxPath ? bytes : throw new SftpException(SftpStatusCode.NoSuchFile, "File name too long", path);
    }

    public Task<byte[]> OpenAsync(string path, SftpOpenFlags flags, SftpAttributes attributes)
    {
        byte[] bytes = PathBytes(path);
        Request<byte[]> request = Add(Replies.Handle, path);
        var message = new SftpOpen { Id = request.Id, Path = bytes, Flags = (uint)flags, Attributes = attributes };
        return Post(request, ref message);
    }

    public Task<bool> CloseAsync(byte[] handle, string? path)
    {
        Request<bool> request = Add(Replies.Done, path);
        var message = new SftpClose { Id = request.Id, Handle = handle };
        return Post(request, ref message);
    }

    public Task<SftpAttributes> StatAsync(string path, bool followsLinks)
    {
        byte[] bytes = PathBytes(path);
        Request<SftpAttributes> request = Add(Replies.Attributes, path);
        if (followsLinks)
        {
            var stat = new SftpStat { Id = request.Id, Path = bytes };
            return Post(request, ref stat);
        }

        var lstat = new SftpLStat { Id = request.Id, Path = bytes };
        return Post(request, ref lstat);
    }

    public Task<SftpAttributes> StatAsync(byte[] handle, string? path)
    {
        Request<SftpAttributes> request = Add(Replies.Attributes, path);
        var message = new SftpFStat { Id = request.Id, Handle = handle };
        return Post(request, ref message);
    }

    public Task<bool> SetAttributesAsync(string path, SftpAttributes attributes)
    {
        byte[] bytes = PathBytes(path);
        Request<bool> request = Add(Replies.Done, path);
        var message = new SftpSetStat { Id = request.Id, Path = bytes, Attributes = attributes };
        return Post(request, ref message);
    }

    public Task<bool> SetAttributesAsync(byte[] handle, SftpAttributes attributes, string? path)
    {
        Request<bool> request = Add(Replies.Done, path);
        var message = new SftpFSetStat { Id = request.Id, Handle = handle, Attributes = attributes };
        return Post(request, ref message);
    }

    public Task<byte[]> OpenDirectoryAsync(string path)
    {
        byte[] bytes = PathBytes(path);
        Request<byte[]> request = Add(Replies.Handle, path);
        var message = new SftpOpenDir { Id = request.Id, Path = bytes };
        return Post(request, ref message);
    }

    public Task<List<FileEntry>> ReadDirectoryAsync(byte[] handle, string? path)
    {
        Request<List<FileEntry>> request = Add(Replies.Names, path);
        var message = new SftpReadDir { Id = request.Id, Handle = handle };
        return Post(request, ref message);
    }

    public Task<bool> MakeDirectoryAsync(string path, SftpAttributes attributes)
    {
        byte[] bytes = PathBytes(path);
        Request<bool> request = Add(Replies.Done, path);
        var message = new SftpMkDir { Id = request.Id, Path = bytes, Attributes = attributes };
        return Post(request, ref message);
    }

    public Task<bool> RemoveDirectoryAsync(string path)
    {
        byte[] bytes = PathBytes(path);
        Request<bool> request = Add(Replies.Done, path);
        var message = new SftpRmDir { Id = request.Id, Path = bytes };
        return Post(request, ref message);
    }

    public Task<bool> RemoveFileAsync(string path)
    {
        byte[] bytes = PathBytes(path);
        Request<bool> request = Add(Replies.Done, path);
        var message = new SftpRemove { Id = request.Id, Path = bytes };
        return Post(request, ref message);
    }

    public Task<string> ResolveAsync(string path)
    {
        byte[] bytes = PathBytes(path);
        Request<string> request = Add(Replies.Name, path);
        var message = new SftpRealPath { Id = request.Id, Path = bytes };
        return Post(request, ref message);
    }

    public Task<string> ReadLinkAsync(string path)
    {
        byte[] bytes = PathBytes(path);
        Request<string> request = Add(Replies.Name, path);
        var message = new SftpReadLink { Id = request.Id, Path = bytes };
        return Post(request, ref message);
    }

    public Task<bool> MakeSymbolicLinkAsync(string target, string path)
    {
        (byte[] says, byte[] bytes) = (PathBytes(target), PathBytes(path));
        Request<bool> request = Add(Replies.Done, path);
        var message = new SftpSymLink { Id = request.Id, Target = says, Link = bytes };
        return Post(request, ref message);
    }

    public Task<bool> RenameAsync(string oldPath, string newPath)
    {
        (byte[] from, byte[] to) = (PathBytes(oldPath), PathBytes(newPath));
        Request<bool> request = Add(Replies.Done, oldPath);
        var message = new SftpRename { Id = request.Id, OldPath = from, NewPath = to };
        return Post(request, ref message);
    }

    /// <summary>An extended request that is answered by a status.</summary>
    public Task<bool> ExtendedAsync<R>(string name, scoped ref R contents, string? path)
        where R : IRecord<R>, allows ref struct => ExtendedAsync(Replies.Done, name, Message.WriteRecord(ref contents), path);

    /// <summary>An extended request.</summary>
    public Task<T> ExtendedAsync<T>(ReplyReader<T> read, string name, byte[] contents, string? path)
    {
        Request<T> request = Add(read, path);
        var message = new SftpExtended { Id = request.Id, Name = Encoding.ASCII.GetBytes(name), Contents = contents };
        return Post(request, ref message);
    }

    private Request<T> Add<T>(ReplyReader<T> read, string? path)
    {
        var request = new Request<T>(read, path, goesOnInline);
        pump.Add(request);
        return request;
    }

    private Task<T> Post<T, M>(Request<T> request, scoped ref M message)
        where M : ISftpMessage<M>, allows ref struct
    {
        pump.Post(ref message, request.Id);
        return request.Reply;
    }
}
