using System.Globalization;
using System.Text;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;

namespace Nacre.Tools.LineEditor;

/// <summary>Draws the line and the cursor on a terminal in raw mode, over as many rows as it takes.</summary>
/// <remarks>Whatever is no plain text is shown escaped: a name that was completed may hold anything .</remarks>
/// <param name="prompt">What stands before the line; one row at most.</param>
internal sealed class LineScreen(string prompt)
{
    private const string ToLineStart = "\r", ClearBelow = "\u001b[J", ClearAll = "\u001b[H\u001b[2J";

    private readonly StringBuilder _output = new();

    /// <summary>The row of the cursor below the prompt's.</summary>
    private int _row;

    /// <summary>The columns of the terminal.</summary>
    public int Columns { get; set; } = 80;

    /// <summary>What is to be written to the terminal since this was asked last.</summary>
    public string TakeOutput()
    {
        string output = _output.ToString();
        _output.Clear();
        return output;
    }

    /// <summary>Draws it anew in place.</summary>
    public void Draw(EditedText line)
    {
        GoToPrompt();
        _output.Append(ClearBelow).Append(prompt);
        (int Row, int Column) end = (0, TextWidth.Of(prompt)), cursor = end;
        int index = 0;
        foreach (Rune rune in line.Text.EnumerateRunes())
        {
            if (index == line.Cursor) cursor = end;
            string shown = Shown(rune);
            foreach (Rune part in shown.EnumerateRunes()) Advance(ref end, TextWidth.Of(part));
            _output.Append(shown);
            index += rune.Utf16SequenceLength;
        }

        if (line.IsAtEnd) cursor = end;
        Wrap(ref cursor);
        if (end.Column == Columns) _output.Append("\r\n");
        Wrap(ref end);
        MoveUp(end.Row - cursor.Row);
        _output.Append(ToLineStart);
        if (cursor.Column > 0) _output.Append(CultureInfo.InvariantCulture, $"\u001b[{cursor.Column}C");
        _row = cursor.Row;
    }

    /// <summary>Draws it anew at the top of an empty screen.</summary>
    public void DrawOnTop(EditedText line)
    {
        _output.Append(ClearAll);
        _row = 0;
        Draw(line);
    }

    /// <summary>Leaves the line with the cursor below it.</summary>
    /// <param name="line">The line as it stands.</param>
    /// <param name="mark">Written behind it.</param>
    public void Leave(EditedText line, string mark = "")
    {
        line.End();
        Draw(line);
        _output.Append(mark).Append("\r\n");
        _row = 0;
    }

    /// <summary>Writes rows below the line; the line itself is to be drawn again.</summary>
    public void ShowBelow(EditedText line, IEnumerable<string> rows)
    {
        int cursor = line.Cursor;
        Leave(line);
        foreach (string row in rows) _output.Append(row).Append("\r\n");
        line.Home();
        while (line.Cursor < cursor) line.Right();
    }

    private void GoToPrompt()
    {
        MoveUp(_row);
        _output.Append(ToLineStart);
        _row = 0;
    }

    private void MoveUp(int rows)
    {
        if (rows > 0) _output.Append(CultureInfo.InvariantCulture, $"\u001b[{rows}A");
    }

    private void Advance(ref (int Row, int Column) at, int width)
    {
        if (at.Column + width > Columns) at = (at.Row + 1, 0);
        at.Column += width;
    }

    // A terminal stays at the end of a full row until the next character comes.
    private void Wrap(ref (int Row, int Column) at)
    {
        if (at.Column >= Columns) at = (at.Row + 1, 0);
    }

    private static string Shown(Rune rune) => rune.IsAscii && !Rune.IsControl(rune) ? rune.ToString() : Printable.Escape(rune.ToString());
}
