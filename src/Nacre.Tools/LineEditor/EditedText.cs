using System.Text;
using Nacre.Tools.Shared;

namespace Nacre.Tools.LineEditor;

/// <summary>A line that is being typed, and the place of the cursor in it; never within a character, nor before a mark that joins one.</summary>
internal sealed class EditedText
{
    private string _killed = "";

    public string Text { get; private set; } = "";

    /// <summary>The index in <see cref="Text"/> before which the cursor stands.</summary>
    public int Cursor { get; private set; }

    public bool IsAtEnd => Cursor == Text.Length;

    /// <summary>Another line, with the cursor at its end.</summary>
    public void Set(string text) => (Text, Cursor) = (text, text.Length);

    public void Insert(string text)
    {
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    public void Left() => Cursor = Before(Cursor);

    public void Right() => Cursor = After(Cursor);

    public void WordLeft() => Cursor = WordBefore();

    public void WordRight() => Cursor = WordAfter();

    public void Home() => Cursor = 0;

    public void End() => Cursor = Text.Length;

    public void Backspace() => Remove(Before(Cursor), Cursor);

    public void Delete() => Remove(Cursor, After(Cursor));

    public void KillToEnd() => Kill(Cursor, Text.Length);

    public void KillToStart() => Kill(0, Cursor);

    public void KillWordLeft() => Kill(WordBefore(), Cursor);

    public void KillWordRight() => Kill(Cursor, WordAfter());

    /// <summary>Inserts what was killed last.</summary>
    public void Yank() => Insert(_killed);

    /// <summary>Exchanges the character before the cursor with that under it, or with the one before that at the end.</summary>
    public void Transpose()
    {
        int middle = IsAtEnd ? Before(Cursor) : Cursor;
        int start = Before(middle), end = After(middle);
        if (start == middle || middle == end) return;
        Text = Text[..start] + Text[middle..end] + Text[start..middle] + Text[end..];
        Cursor = end;
    }

    private void Kill(int start, int end)
    {
        if (start < end) _killed = Text[start..end];
        Remove(start, end);
    }

    private void Remove(int start, int end)
    {
        Text = Text.Remove(start, end - start);
        Cursor = start;
    }

    private int Before(int index)
    {
        while (index > 0)
        {
            index -= index > 1 && char.IsLowSurrogate(Text[index - 1]) && char.IsHighSurrogate(Text[index - 2]) ? 2 : 1;
            if (!IsJoined(index)) break;
        }

        return index;
    }

    private int After(int index)
    {
        if (index == Text.Length) return index;
        do
        {
            index += index + 1 < Text.Length && char.IsHighSurrogate(Text[index]) && char.IsLowSurrogate(Text[index + 1]) ? 2 : 1;
        }
        while (index < Text.Length && IsJoined(index));
        return index;
    }

    private bool IsJoined(int index) => Rune.TryGetRuneAt(Text, index, out Rune rune) && TextWidth.Of(rune) == 0;

    private int WordBefore()
    {
        int index = Cursor;
        while (index > 0 && char.IsWhiteSpace(Text[index - 1])) index--;
        while (index > 0 && !char.IsWhiteSpace(Text[index - 1])) index--;
        return index;
    }

    private int WordAfter()
    {
        int index = Cursor;
        while (index < Text.Length && char.IsWhiteSpace(Text[index])) index++;
        while (index < Text.Length && !char.IsWhiteSpace(Text[index])) index++;
        return index;
    }
}
