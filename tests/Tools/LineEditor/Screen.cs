using System.Globalization;
using System.Text;
using Nacre.Tools.Shared;

namespace Nacre.Tests.Tools.LineEditor;

/// <summary>A terminal as far as the line editor needs one: rows that wrap, a cursor, and the sequences that move it and clear.</summary>
internal sealed class Screen(int columns)
{
    private readonly List<List<string>> _rows = [[]];
    private int _row, _column;

    public void Write(string output)
    {
        for (int i = 0; i < output.Length;)
        {
            if (output[i] == '\u001b')
            {
                int end = i + 2;
                while (!char.IsAsciiLetter(output[end])) end++;
                string number = output[(i + 2)..end];
                Obey(output[end], number.Length == 0 ? 1 : int.Parse(number, CultureInfo.InvariantCulture));
                i = end + 1;
                continue;
            }

            Rune rune = Rune.GetRuneAt(output, i);
            Put(rune);
            i += rune.Utf16SequenceLength;
        }
    }

    /// <summary>The rows from the first on, with | between them and _ where the cursor is.</summary>
    public override string ToString()
    {
        string[] shown = [.. _rows.Select((row, index) => index == _row ? Mark(row) : string.Concat(row).TrimEnd())];
        return string.Join('|', shown);
    }

    private string Mark(List<string> row)
    {
        int at = Math.Min(_column, row.Count);
        return string.Concat(row[..at]) + "_" + string.Concat(row[at..]).TrimEnd();
    }

    private void Put(Rune rune)
    {
        switch (rune.Value)
        {
            case '\r':
                _column = 0;
                return;
            case '\n':
                Down();
                return;
        }

        int width = TextWidth.Of(rune);
        Assert.False(Rune.IsControl(rune), $"the control character {rune.Value} reached the terminal");
        if (width == 0) return;
        if (_column + width > columns)
        {
            _column = 0;
            Down();
        }

        List<string> row = _rows[_row];
        while (row.Count < _column + width) row.Add(" ");
        row[_column] = rune.ToString();
        if (width == 2) row[_column + 1] = "";
        _column += width;
    }

    private void Down()
    {
        if (++_row == _rows.Count) _rows.Add([]);
    }

    private void Obey(char final, int number)
    {
        switch (final)
        {
            case 'A':
                _row = Math.Max(0, _row - number);
                break;
            case 'C':
                _column = Math.Min(columns - 1, _column + number);
                break;
            case 'H':
                (_row, _column) = (0, 0);
                break;
            case 'J':
                if (number == 2) _rows.ForEach(row => row.Clear());
                if (_rows[_row].Count > _column) _rows[_row].RemoveRange(_column, _rows[_row].Count - _column);
                _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                break;
            default:
                Assert.Fail($"the terminal does not know the sequence {final}");
                break;
        }
    }
}
