using System.Buffers;

namespace Nacre.Sftp.Transfers;

/// <summary>Writes a local file from its front to its end, leaving out blocks of zeros where the file has nothing there yet: they become holes.</summary>
/// <param name="file">The file.</param>
/// <param name="start">Where writing begins, in bytes.</param>
/// <param name="mayLeaveOut">True when the file has nothing behind that.</param>
internal sealed class SparseWriter(IFileHandle file, long start, bool mayLeaveOut)
{
    /// <summary>The size of a hole is a multiple of this, as with most file systems.</summary>
    private const int Block = 4096;

    /// <summary>Everything before this is there.</summary>
    public long Position { get; private set; } = start;

    /// <summary>True when the last bytes were left out, so that the file must be given its size.</summary>
    public bool EndsInHole { get; private set; }

    /// <summary>Writes the next bytes, which are the caller's again when this is done.</summary>
    public ValueTask WriteAsync(ReadOnlySequence<byte> data)
    {
        long offset = Position;
        Position += data.Length;
        if (mayLeaveOut && MayHoldBlock(data, offset)) return WritePartsAsync(data, offset);
        EndsInHole = false;
        return file.WriteAsync(data, offset, CancellationToken.None);
    }

    /// <summary>Gives the file its size where it ends in a hole.</summary>
    public ValueTask FinishAsync(CancellationToken ct) =>
        EndsInHole ? file.SetAttributesAsync(new Protocol.Sftp.SftpAttributes { Size = (ulong)Position }, ct) : ValueTask.CompletedTask;

    private async ValueTask WritePartsAsync(ReadOnlySequence<byte> data, long offset)
    {
        while (!data.IsEmpty)
        {
            long part = Stretch(data, offset, out bool isHole);
            if (!isHole) await file.WriteAsync(data.Slice(0, part), offset, CancellationToken.None).ConfigureAwait(false);
            EndsInHole = isHole;
            offset += part;
            data = data.Slice(part);
        }
    }

    // Almost all data is ruled out by the first byte of each block that lies in one piece.
    private static bool MayHoldBlock(ReadOnlySequence<byte> data, long offset)
    {
        foreach (ReadOnlyMemory<byte> segment in data)
        {
            ReadOnlySpan<byte> span = segment.Span;
            for (long at = (Block - (offset % Block)) % Block; at < span.Length; at += Block)
            {
                ReadOnlySpan<byte> block = span[(int)at..(int)Math.Min(at + Block, span.Length)];
                if (!block.ContainsAnyExcept((byte)0)) return true;
            }

            offset += span.Length;
        }

        return false;
    }

    /// <summary>How many bytes from here on are whole blocks of zeros, or are to be written.</summary>
    private static long Stretch(ReadOnlySequence<byte> data, long offset, out bool isHole)
    {
        long first = Math.Min(data.Length, (Block - (offset % Block)) % Block);
        isHole = first == 0 && IsZeros(data);
        long at = first;
        while (at < data.Length && IsZeros(data.Slice(at)) == isHole) at += Math.Min(Block, data.Length - at);
        return at;
    }

    /// <summary>True when a whole block of zeros is in front.</summary>
    private static bool IsZeros(ReadOnlySequence<byte> data)
    {
        if (data.Length < Block) return false;
        foreach (ReadOnlyMemory<byte> segment in data.Slice(0, Block))
        {
            if (segment.Span.ContainsAnyExcept((byte)0)) return false;
        }

        return true;
    }
}
