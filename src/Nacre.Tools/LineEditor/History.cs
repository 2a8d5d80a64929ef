namespace Nacre.Tools.LineEditor;

/// <summary>The lines that were typed, for as long as the program runs, and the one that is being typed below them.</summary>
internal sealed class History
{
    /// <summary>The oldest lines beyond this are forgotten; OpenSSH's value.</summary>
    public const int MostLines = 100;

    private readonly List<string> _lines = [];
    private int _at;
    private string _draft = "";

    /// <summary>Keeps a line, unless it is empty or just as the one before.</summary>
    public void Add(string line)
    {
        bool isNew = line.AsSpan().Trim().Length > 0 && (_lines.Count == 0 || _lines[^1] != line);
        if (isNew) _lines.Add(line);
        if (_lines.Count > MostLines) _lines.RemoveAt(0);
        Rewind();
    }

    /// <summary>Back to the line that is being typed.</summary>
    public void Rewind() => (_at, _draft) = (_lines.Count, "");

    /// <summary>The line before; what stands there now is kept for the way back when it is the draft.</summary>
    public bool TryEarlier(string current, out string line)
    {
        line = "";
        if (_at == 0) return false;
        if (_at == _lines.Count) _draft = current;
        line = _lines[--_at];
        return true;
    }

    /// <summary>The line after, at last the draft.</summary>
    public bool TryLater(out string line)
    {
        line = "";
        if (_at >= _lines.Count) return false;
        line = ++_at == _lines.Count ? _draft : _lines[_at];
        return true;
    }
}
