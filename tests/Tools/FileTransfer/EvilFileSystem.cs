using System.Buffers;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tests.Sftp;

namespace Nacre.Tests.Tools.FileTransfer;

/// <summary>A server's files where "/d" lists whatever names a test wants, and every path but "/d" is a file that can be read.</summary>
internal sealed class EvilFileSystem(params string[] names) : RefusingFileSystem
{
    public override ValueTask<string> ResolveAsync(string path, CancellationToken ct) => ValueTask.FromResult(path);

    public override ValueTask<IFileHandle> OpenAsync(string path, SftpOpenFlags flags, SftpAttributes attributes, CancellationToken ct) =>
        ValueTask.FromResult<IFileHandle>(new EvilFile());

    public override async IAsyncEnumerable<FileEntry> ListAsync(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await ValueTask.CompletedTask;
        foreach (string name in names) yield return new FileEntry(name, name, EvilFile.Attributes);
    }

    public override ValueTask<SftpAttributes> StatAsync(string path, bool followsLinks, CancellationToken ct) =>
        ValueTask.FromResult(path.TrimEnd('/') is "/d" ? new SftpAttributes { Permissions = 0x41ff } : EvilFile.Attributes);

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
