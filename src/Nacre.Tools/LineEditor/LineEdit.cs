namespace Nacre.Tools.LineEditor;

/// <summary>Edits a line: keys go in, what the terminal is to be sent comes out. It reads no terminal itself.</summary>
/// <param name="prompt">What stands before the line.</param>
/// <param name="history">The lines before.</param>
internal sealed class LineEdit(string prompt, History history)
{
    private readonly EditedText _line = new();
    private readonly LineScreen _screen = new(prompt);

    public string Text => _line.Text;

    public int Cursor => _line.Cursor;

    /// <summary>The columns of the terminal; the line is drawn anew when they change.</summary>
    public int Columns
    {
        get => _screen.Columns;
        set
        {
            if (value == _screen.Columns || value < 1) return;
            _screen.Columns = value;
            _screen.Draw(_line);
        }
    }

    /// <summary>What is to be written to the terminal since this was asked last.</summary>
    public string TakeOutput() => _screen.TakeOutput();

    /// <summary>Begins an empty line.</summary>
    public void Start()
    {
        _line.Set("");
        history.Rewind();
        _screen.Draw(_line);
    }

    /// <summary>Takes a key.</summary>
    public EditResult Take(Key key)
    {
        switch (key.Action)
        {
            case KeyAction.Accept:
                _screen.Leave(_line);
                history.Add(_line.Text);
                return EditResult.Accepted;
            case KeyAction.Interrupt:
                _screen.Leave(_line, "^C");
                return EditResult.Interrupted;
            case KeyAction.DeleteOrEnd when _line.Text.Length == 0:
                _screen.Leave(_line);
                return EditResult.Ended;
            case KeyAction.Complete:
                return EditResult.WantsCompletion;
            case KeyAction.Redraw:
                _screen.DrawOnTop(_line);
                return EditResult.GoesOn;
            default:
                Change(key);
                _screen.Draw(_line);
                return EditResult.GoesOn;
        }
    }

    /// <summary>Inserts what completes the word before the cursor, and shows what it might be where it is not clear.</summary>
    /// <param name="insertion">What is sure.</param>
    /// <param name="choices">Rows that show what there is.</param>
    public void Complete(string insertion, IEnumerable<string> choices)
    {
        if (choices.Any()) _screen.ShowBelow(_line, choices);
        _line.Insert(insertion);
        _screen.Draw(_line);
    }

    private void Change(Key key)
    {
        switch (key.Action)
        {
            case KeyAction.Insert: _line.Insert(key.Character.ToString()); break;
            case KeyAction.DeleteOrEnd or KeyAction.Delete: _line.Delete(); break;
            case KeyAction.Backspace: _line.Backspace(); break;
            case KeyAction.Left: _line.Left(); break;
            case KeyAction.Right: _line.Right(); break;
            case KeyAction.WordLeft: _line.WordLeft(); break;
            case KeyAction.WordRight: _line.WordRight(); break;
            case KeyAction.Home: _line.Home(); break;
            case KeyAction.End: _line.End(); break;
            case KeyAction.Earlier when history.TryEarlier(_line.Text, out string earlier): _line.Set(earlier); break;
            case KeyAction.Later when history.TryLater(out string later): _line.Set(later); break;
            case KeyAction.KillToEnd: _line.KillToEnd(); break;
            case KeyAction.KillToStart: _line.KillToStart(); break;
            case KeyAction.KillWordLeft: _line.KillWordLeft(); break;
            case KeyAction.KillWordRight: _line.KillWordRight(); break;
            case KeyAction.Yank: _line.Yank(); break;
            case KeyAction.Transpose: _line.Transpose(); break;
        }
    }
}

/// <summary>What became of the line by a key.</summary>
internal enum EditResult
{
    GoesOn,

    /// <summary>It is whole.</summary>
    Accepted,

    /// <summary>It was given up.</summary>
    Interrupted,

    /// <summary>There is no more.</summary>
    Ended,

    /// <summary><see cref="LineEdit.Complete"/> is to be called.</summary>
    WantsCompletion,
}
