using System.Buffers;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

/// <summary>What every file system does and how it refuses; run over each that there is.</summary>
public abstract partial class FileSystemTests
{
    private const SftpOpenFlags Making = SftpOpenFlags.Write | SftpOpenFlags.Create;

    // A name that is no UTF-8: the bytes 66 ff 2e c3.
    private const string RawName = "f\udcff.\udcc3";

    private static readonly CancellationToken ct = CancellationToken.None;

    private protected abstract IFileSystem Files { get; }

    /// <summary>The absolute path of where a session starts.</summary>
    private protected abstract string Start { get; }

    private protected async Task WriteAsync(string path, string text)
    {
        await using IFileHandle file = await OpenAsync(path, Making | SftpOpenFlags.Truncate);
        await file.WriteAsync(Bytes(text), 0, ct);
    }

    private protected async Task<string> TextAsync(string path)
    {
        await using IFileHandle file = await OpenAsync(path, SftpOpenFlags.Read);
        byte[] buffer = new byte[1000];
        return Encoding.ASCII.GetString(buffer, 0, await file.ReadAsync(buffer, 0, ct));
    }

    private protected Task<IFileHandle> OpenAsync(string path, SftpOpenFlags flags) => Files.OpenAsync(path, flags, new SftpAttributes(), ct).AsTask();

    private protected Task<SftpAttributes> StatAsync(string path, bool followsLinks = true) => Files.StatAsync(path, followsLinks, ct).AsTask();

    private protected Task MakeDirectoryAsync(string path) => Files.MakeDirectoryAsync(path, new SftpAttributes(), ct).AsTask();

    /// <summary>The names in a directory but for the dots.</summary>
    private protected async Task<List<string>> NamesAsync(string path)
    {
        var names = new List<string>();
        await foreach (FileEntry entry in Files.ListAsync(path, ct)) names.Add(entry.Name);
        return [.. names.Except([".", ".."]).Order(StringComparer.Ordinal)];
    }

    private protected static Task<string> FailsAsync(SftpStatusCode code, Func<ValueTask> action) => FailsAsync(code, () => action().AsTask());

    /// <summary>Sees it fail with a code, and gives the words.</summary>
    private protected static async Task<string> FailsAsync(SftpStatusCode code, Func<Task> action)
    {
        SftpException error = await Assert.ThrowsAsync<SftpException>(action);
        Assert.Equal(code, error.Status);
        return error.Message;
    }

    private protected static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.ASCII.GetBytes(text));

    private static ReadOnlySequence<byte> Parts(params string[] parts) => Segment.Of([.. parts.Select(part => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(part))]);

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Of(List<ReadOnlyMemory<byte>> parts)
        {
            var first = new Segment { Memory = parts[0] };
            Segment last = first;
            foreach (ReadOnlyMemory<byte> part in parts.Skip(1))
            {
                var next = new Segment { Memory = part, RunningIndex = last.RunningIndex + last.Memory.Length };
                (last.Next, last) = (next, next);
            }

            return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        }
    }
}
