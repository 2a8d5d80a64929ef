namespace Nacre.Tools;

/// <summary>
/// Reads flags from a command line as getopt does: letters may share a dash, a value may be attached or follow, and the first word that is
/// no flag, or that comes after <c>--</c>, ends them. A flag may have a word of its own behind two dashes.
/// </summary>
/// <remarks>A tool whose flags may go on after an operand (ssh host -v) makes another reader that starts there.</remarks>
internal sealed class FlagReader(FlagTable table, IReadOnlyList<string> arguments, int start = 0)
{
    /// <summary>The rest of a word whose first letters were read.</summary>
    private string _letters = "";

    /// <summary>The index of the first argument that has not been read; after the last flag, that of the first operand.</summary>
    public int Position { get; private set; } = start;

    /// <summary>True when <c>--</c> ended the flags, so that nothing after it is one.</summary>
    public bool WasEnded { get; private set; }

    /// <summary>What was not read: the operands, after the last flag.</summary>
    public IEnumerable<string> Rest => arguments.Skip(Position);

    /// <summary>Reads one flag; false at the end of the flags.</summary>
    /// <exception cref="UsageException">The flag is not in the table or lacks its value.</exception>
    public bool TryRead(out FlagUse use)
    {
        use = default;
        if (_letters.Length == 0 && !TryTakeWord()) return false;
        char letter = _letters[0];
        string attached = _letters[1..];
        Flag flag = table.Find(letter) ?? throw new UsageException($"unknown option -- {letter}");
        if (!flag.TakesValue)
        {
            _letters = attached;
            use = new FlagUse(letter, "");
            return true;
        }

        _letters = "";
        if (attached.Length == 0 && Position == arguments.Count) throw new UsageException($"option requires an argument -- {letter}");
        if (attached.Length == 0) attached = arguments[Position++];
        use = new FlagUse(letter, attached, Position - 1);
        return true;
    }

    private bool TryTakeWord()
    {
        if (WasEnded || Position == arguments.Count) return false;
        string word = arguments[Position];
        if (word.Length < 2 || word[0] != '-') return false;
        Position++;
        WasEnded = word == "--";
        Flag? named = word.StartsWith("--", StringComparison.Ordinal) ? table.Find(word[2..]) : null;
        _letters = WasEnded ? "" : named is not null ? named.Letter.ToString() : word[1..];
        return !WasEnded;
    }
}
