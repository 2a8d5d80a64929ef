namespace Nacre.Protocol.Keys.Formats;

/// <summary>A set of serial numbers of certificates, as ranges that do not touch and as the bitmaps of a list that was read.</summary>
internal sealed class SerialNumbers
{
    private readonly List<SerialRange> _ranges = [];
    private readonly List<SerialBitmap> _bitmaps = [];

    /// <summary>For each bitmap the highest number that it or one before it has.</summary>
    private ulong[] _reach = [];

    private bool _isSorted = true;

    public static KeyFormatException Impossible() => KeyFormatException.Damaged("The key revocation list names a serial number that there cannot be.");

    /// <exception cref="KeyFormatException">Zero is what authorities that do not count their certificates write into each of them; it is no number.</exception>
    public void Add(ulong lowest, ulong highest)
    {
        if (lowest == 0 || lowest > highest) throw Impossible();
        if (_ranges is [.., { } last] && last.Highest < lowest)
        {
            // Numbers come in order as a rule; those that follow each other are one range at once.
            if (last.Highest == lowest - 1) _ranges[^1] = new SerialRange(last.Lowest, highest);
            else _ranges.Add(new SerialRange(lowest, highest));
            return;
        }

        _isSorted &= _ranges.Count == 0;
        _ranges.Add(new SerialRange(lowest, highest));
    }

    public void Add(SerialBitmap bitmap)
    {
        _bitmaps.Add(bitmap);
        _isSorted = false;
    }

    public void Add(SerialNumbers others)
    {
        foreach (SerialRange range in others._ranges) Add(range.Lowest, range.Highest);
        foreach (SerialBitmap bitmap in others._bitmaps) Add(bitmap);
    }

    /// <summary>True when a number is in the set, which must have been sorted.</summary>
    public bool Contains(ulong serial)
    {
        if (!_isSorted) throw new InvalidOperationException("Serial numbers were looked up before they were sorted.");
        int at = LastThatBegins(_ranges.Count, serial, index => _ranges[index].Lowest);
        if (at >= 0 && serial <= _ranges[at].Highest) return true;

        // Bitmaps may overlap: those before may reach this far.
        for (at = LastThatBegins(_bitmaps.Count, serial, index => _bitmaps[index].Offset); at >= 0 && _reach[at] >= serial; at--)
        {
            if (_bitmaps[at].Contains(serial)) return true;
        }

        return false;
    }

    /// <summary>Makes what was added ready to be searched.</summary>
    public void Sort()
    {
        if (_isSorted) return;
        _ranges.Sort(static (one, other) => one.Lowest.CompareTo(other.Lowest));
        Merge();
        _bitmaps.Sort(static (one, other) => one.Offset.CompareTo(other.Offset));
        _reach = new ulong[_bitmaps.Count];
        ulong reach = 0;
        for (int i = 0; i < _reach.Length; i++) _reach[i] = reach = Math.Max(reach, _bitmaps[i].Highest);
        _isSorted = true;
    }

    /// <summary>All numbers as ranges that ascend and do not touch.</summary>
    public SerialRange[] ToRanges()
    {
        var all = new SerialNumbers();
        foreach (SerialRange range in _ranges) all.Add(range.Lowest, range.Highest);
        foreach (SerialBitmap bitmap in _bitmaps) bitmap.AddTo(all);
        all.Sort();
        return [.. all._ranges];
    }

    private static int LastThatBegins(int count, ulong serial, Func<int, ulong> first)
    {
        int low = 0, high = count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (first(middle) <= serial) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }

    private void Merge()
    {
        int last = -1;
        for (int i = 0; i < _ranges.Count; i++)
        {
            SerialRange range = _ranges[i];
            if (last >= 0 && range.Lowest - 1 <= _ranges[last].Highest) _ranges[last] = _ranges[last] with { Highest = Math.Max(_ranges[last].Highest, range.Highest) };
            else _ranges[++last] = range;
        }

        _ranges.RemoveRange(last + 1, _ranges.Count - last - 1);
    }
}
