using System.Buffers;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Scp;

/// <summary>Files of another file system that fail, or become shorter, when a test wants it.</summary>
internal sealed class FaultyFiles(IFileSystem inner) : IFileSystem
{
    /// <summary>Why a path cannot be written; null where it can.</summary>
    public Func<string, string?> WriteFault { get; init; } = _ => null;

    /// <summary>Why a path cannot be read from an offset on; empty where it ends there; null where it can.</summary>
    public Func<string, long, string?> ReadFault { get; init; } = (_, _) => null;

    public ValueTask<string> ResolveAsync(string path, CancellationToken ct) => inner.ResolveAsync(path, ct);

    public async ValueTask<IFileHandle> OpenAsync(string path, SftpOpenFlags flags, SftpAttributes attributes, CancellationToken ct) =>
        new FaultyFile(this, path, await inner.OpenAsync(path, flags, attributes, ct));

    public IAsyncEnumerable<FileEntry> ListAsync(string path, CancellationToken ct) => inner.ListAsync(path, ct);

    public ValueTask<SftpAttributes> StatAsync(string path, bool followsLinks, CancellationToken ct) => inner.StatAsync(path, followsLinks, ct);

    public ValueTask SetAttributesAsync(string path, SftpAttributes attributes, bool followsLinks, CancellationToken ct) =>
        inner.SetAttributesAsync(path, attributes, followsLinks, ct);

    public ValueTask RemoveFileAsync(string path, CancellationToken ct) => inner.RemoveFileAsync(path, ct);

    public ValueTask MakeDirectoryAsync(string path, SftpAttributes attributes, CancellationToken ct) => inner.MakeDirectoryAsync(path, attributes, ct);

    public ValueTask RemoveDirectoryAsync(string path, CancellationToken ct) => inner.RemoveDirectoryAsync(path, ct);

    public ValueTask RenameAsync(string oldPath, string newPath, bool replaces, CancellationToken ct) => inner.RenameAsync(oldPath, newPath, replaces, ct);

    public ValueTask<string> ReadLinkAsync(string path, CancellationToken ct) => inner.ReadLinkAsync(path, ct);

    public ValueTask MakeSymbolicLinkAsync(string target, string path, CancellationToken ct) => inner.MakeSymbolicLinkAsync(target, path, ct);

    public ValueTask MakeHardLinkAsync(string oldPath, string newPath, CancellationToken ct) => inner.MakeHardLinkAsync(oldPath, newPath, ct);

    private sealed class FaultyFile(FaultyFiles owner, string path, IFileHandle inner) : IFileHandle
    {
        public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken ct) => owner.ReadFault(path, offset) switch
        {
            null => inner.ReadAsync(buffer, offset, ct),
            "" => ValueTask.FromResult(0),
            { } why => throw new SftpException(SftpStatusCode.Failure, why),
        };

        public ValueTask WriteAsync(ReadOnlySequence<byte> bytes, long offset, CancellationToken ct) =>
            owner.WriteFault(path) is { } why ? throw new SftpException(SftpStatusCode.Failure, why) : inner.WriteAsync(bytes, offset, ct);

        public ValueTask<SftpAttributes> StatAsync(CancellationToken ct) => inner.StatAsync(ct);

        public ValueTask SetAttributesAsync(SftpAttributes attributes, CancellationToken ct) => inner.SetAttributesAsync(attributes, ct);

        public ValueTask SyncAsync(CancellationToken ct) => inner.SyncAsync(ct);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
