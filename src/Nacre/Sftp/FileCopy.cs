using System.Buffers;
using Nacre.Protocol.Sftp;

namespace Nacre.Sftp;

/// <summary>Copies between two open files by reading and writing, where they know no shorter way.</summary>
internal static class FileCopy
{
    private const int BlockBytes = 256 * 1024;

    public static async ValueTask<long> RunAsync(IFileHandle source, long offset, long length, IFileHandle target, long targetOffset, CancellationToken ct)
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            long copied = 0;
            while (copied < length)
            {
                int wanted = (int)Math.Min(BlockBytes, length - copied);
                int count = await source.ReadAsync(block.AsMemory(0, wanted), checked(offset + copied), ct).ConfigureAwait(false);
                if (count == 0) break;
                await target.WriteAsync(new ReadOnlySequence<byte>(block, 0, count), checked(targetOffset + copied), ct).ConfigureAwait(false);
                copied += count;
            }

            return copied;
        }
        catch (OverflowException error)
        {
            throw new SftpException(SftpStatusCode.Failure, "File too large", inner: error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>What of a length lies within a file that says its size, so that a file copied onto itself does not grow for ever.</summary>
    public static async ValueTask<long> LimitAsync(IFileHandle source, long offset, long length, CancellationToken ct)
    {
        // A file of /proc says that it is empty, and is not.
        long size = (long)((await source.StatAsync(ct).ConfigureAwait(false)).Size ?? 0);
        return size == 0 ? length : Math.Clamp(size - offset, 0, length);
    }
}
