using System.Buffers;
using Nacre.Unix;

namespace Nacre.Sftp.Memory;

/// <summary>The bytes of a file in memory, in pages of which only those exist that were written.</summary>
/// <remarks>A page is as long as what was written of it needs, so that small files are small. May be used by several threads at once.</remarks>
internal sealed class PagedContent(MemoryRoom room)
{
    private const int PageBytes = 16 * 1024, ShortestPage = 256;

    /// <summary>The longest file; far from where adding offsets overflows.</summary>
    private const long MaxLength = 1L << 60;

    private readonly Lock _gate = new();
    private readonly SortedList<long, byte[]> _pages = [];
    private long _length;

    public long Length
    {
        get
        {
            lock (_gate) return _length;
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        lock (_gate)
        {
            int count = (int)Math.Clamp(_length - offset, 0, buffer.Length);
            for (int done = 0; done < count;)
            {
                (long number, int within) = PlaceOf(offset + done);
                Span<byte> part = buffer[done..count];
                if (part.Length > PageBytes - within) part = part[..(PageBytes - within)];
                ReadOnlySpan<byte> there = _pages.TryGetValue(number, out byte[]? page) && page.Length > within ? page.AsSpan(within) : default;
                if (there.Length > part.Length) there = there[..part.Length];
                there.CopyTo(part);
                part[there.Length..].Clear();
                done += part.Length;
            }

            return count;
        }
    }

    /// <summary>Writes at an offset, or at the end; when there is no more room, as much as there was room for.</summary>
    public Errno Write(ReadOnlySequence<byte> bytes, long offset, bool appends)
    {
        lock (_gate)
        {
            long at = appends ? _length : offset;
            if (at > MaxLength - bytes.Length) return Errno.EFBIG;
            foreach (ReadOnlyMemory<byte> part in bytes)
            {
                for (ReadOnlySpan<byte> rest = part.Span; !rest.IsEmpty;)
                {
                    (long number, int within) = PlaceOf(at);
                    int count = Math.Min(rest.Length, PageBytes - within);
                    if (PageOf(number, within + count) is not { } page) return Errno.ENOSPC;
                    rest[..count].CopyTo(page.AsSpan(within));
                    rest = rest[count..];
                    at += count;
                    _length = Math.Max(_length, at);
                }
            }

            return Errno.None;
        }
    }

    /// <summary>Cuts the file, or makes it longer by a hole.</summary>
    public Errno SetLength(ulong length)
    {
        if (length > MaxLength) return Errno.EFBIG;
        lock (_gate)
        {
            (long number, int within) = PlaceOf((long)length);
            while (_pages.Count > 0 && _pages.GetKeyAtIndex(_pages.Count - 1) is var last && (last > number || (last == number && within == 0)))
            {
                room.GiveBack(_pages.GetValueAtIndex(_pages.Count - 1).Length);
                _pages.RemoveAt(_pages.Count - 1);
            }

            if (_pages.TryGetValue(number, out byte[]? page) && page.Length > within) page.AsSpan(within).Clear();
            _length = (long)length;
            return Errno.None;
        }
    }

    /// <summary>The next stretch of pages that exist; of length 0 when there is none.</summary>
    public (long Offset, long Length) FindData(long offset)
    {
        lock (_gate)
        {
            int index = IndexFrom(PlaceOf(offset).Number);
            if (offset >= _length || index == _pages.Count) return (offset, 0);
            long start = Math.Max(offset, _pages.GetKeyAtIndex(index) * PageBytes);
            int after = index + 1;
            while (after < _pages.Count && _pages.GetKeyAtIndex(after) == _pages.GetKeyAtIndex(after - 1) + 1) after++;
            long end = Math.Min(_length, (_pages.GetKeyAtIndex(after - 1) + 1) * PageBytes);
            return (start, end - start);
        }
    }

    private static (long Number, int Within) PlaceOf(long offset) => (offset / PageBytes, (int)(offset % PageBytes));

    private byte[]? PageOf(long number, int needed)
    {
        byte[]? page = _pages.GetValueOrDefault(number);
        if (page?.Length >= needed) return page;
        int length = Math.Min(PageBytes, Math.Max(ShortestPage, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)needed)));
        if (!room.TryTake(length - (page?.Length ?? 0))) return null;
        Array.Resize(ref page, length);
        _pages[number] = page;
        return page;
    }

    // The first page of that number or a higher one.
    private int IndexFrom(long number)
    {
        (int low, int high) = (0, _pages.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_pages.GetKeyAtIndex(middle) < number) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
