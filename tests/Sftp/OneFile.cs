using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

/// <summary>A file system whose every path is one file.</summary>
internal sealed class OneFile(IFileHandle file) : RefusingFileSystem
{
    public override ValueTask<IFileHandle> OpenAsync(string path, SftpOpenFlags flags, SftpAttributes attributes, CancellationToken ct) => ValueTask.FromResult(file);

    public override IAsyncEnumerable<FileEntry> ListAsync(string path, CancellationToken ct) => throw Refused();

    public override ValueTask<SftpAttributes> StatAsync(string path, bool followsLinks, CancellationToken ct) => throw Refused();
}
