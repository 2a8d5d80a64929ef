using System.Buffers;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Tools.FileTransfer;

/// <summary>A server's files where "/d" lists whatever names a test wants, and every path but "/d" is a file that can be read.</summary>
internal sealed class EvilFileSystem(params string[] names) : IFileSystem
{
    public ValueTask<string> ResolveAsync(string path, CancellationToken ct) => ValueTask.FromResult(path);

    public ValueTask<IFileHandle> OpenAsync(string path, SftpOpenFlags flags, SftpAttributes attributes, CancellationToken ct) =>
        ValueTask.FromResult<IFileHandle>(new EvilFile());

    public async IAsyncEnumerable<FileEntry> ListAsync(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await ValueTask.CompletedTask;
        foreach (string name in names) yield return new FileEntry(name, name, EvilFile.Attributes);
    }

    public ValueTask<SftpAttributes> StatAsync(string path, bool followsLinks, CancellationToken ct) =>
        ValueTask.FromResult(path.TrimEnd('/') is "/d" ? new SftpAttributes { Permissions = 0x41ff } : EvilFile.Attributes);

    public ValueTask SetAttributesAsync(string path, SftpAttributes attributes, bool followsLinks, CancellationToken ct) => throw Refused();

    public ValueTask RemoveFileAsync(string path, CancellationToken ct) => throw Refused();

    public ValueTask MakeDirectoryAsync(string path, SftpAttributes attributes, CancellationToken ct) => throw Refused();

    public ValueTask RemoveDirectoryAsync(string path, CancellationToken ct) => throw Refused();

    public ValueTask RenameAsync(string oldPath, string newPath, bool replaces, CancellationToken ct) => throw Refused();

    public ValueTask<string> ReadLinkAsync(string path, CancellationToken ct) => throw Refused();

    public ValueTask MakeSymbolicLinkAsync(string target, string path, CancellationToken ct) => throw Refused();

    public ValueTask MakeHardLinkAsync(string oldPath, string newPath, CancellationToken ct) => throw Refused();

    private static SftpException Refused() => new(SftpStatusCode.PermissionDenied);

    private sealed class EvilFile : IFileHandle
    {
        private static readonly byte[] Content = Encoding.ASCII.GetBytes("evil");

        /// <summary>Set-user-id and all.</summary>
        public static SftpAttributes Attributes { get; } = new() { Permissions = 0x8fff, Size = 4 };

        public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken ct)
        {
            int count = (int)Math.Clamp(Content.Length - offset, 0, buffer.Length);
            Content.AsSpan(Content.Length - count).CopyTo(buffer.Span);
            return ValueTask.FromResult(count);
        }

        public ValueTask WriteAsync(ReadOnlySequence<byte> bytes, long offset, CancellationToken ct) => throw Refused();

        public ValueTask<SftpAttributes> StatAsync(CancellationToken ct) => ValueTask.FromResult(Attributes);

        public ValueTask SetAttributesAsync(SftpAttributes attributes, CancellationToken ct) => throw Refused();

        public ValueTask SyncAsync(CancellationToken ct) => throw Refused();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
