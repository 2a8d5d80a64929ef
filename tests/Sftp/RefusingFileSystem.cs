using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

/// <summary>Refuses whatever a test does not need.</summary>
internal abstract class RefusingFileSystem : IFileSystem
{
    public virtual ValueTask<string> ResolveAsync(string path, CancellationToken ct) => throw Refused();

    public virtual ValueTask<IFileHandle> OpenAsync(string path, SftpOpenFlags flags, SftpAttributes attributes, CancellationToken ct) => throw Refused();

    public abstract IAsyncEnumerable<FileEntry> ListAsync(string path, CancellationToken ct);

    public abstract ValueTask<SftpAttributes> StatAsync(string path, bool followsLinks, CancellationToken ct);

    public ValueTask SetAttributesAsync(string path, SftpAttributes attributes, bool followsLinks, CancellationToken ct) => throw Refused();

    public ValueTask RemoveFileAsync(string path, CancellationToken ct) => throw Refused();

    public ValueTask MakeDirectoryAsync(string path, SftpAttributes attributes, CancellationToken ct) => throw Refused();

    public ValueTask RemoveDirectoryAsync(string path, CancellationToken ct) => throw Refused();

    public ValueTask RenameAsync(string oldPath, string newPath, bool replaces, CancellationToken ct) => throw Refused();

    public ValueTask<string> ReadLinkAsync(string path, CancellationToken ct) => throw Refused();

    public ValueTask MakeSymbolicLinkAsync(string target, string path, CancellationToken ct) => throw Refused();

    public ValueTask MakeHardLinkAsync(string oldPath, string newPath, CancellationToken ct) => throw Refused();

    protected static SftpException Refused() => new(SftpStatusCode.PermissionDenied);
}
