using System.Text;

namespace Nacre.Tools.LineEditor;

/// <summary>A key as it was pressed, or a character as it was pasted.</summary>
/// <param name="Action">What it does.</param>
/// <param name="Character">The character that it inserts, where it does that.</param>
internal readonly record struct Key(KeyAction Action, Rune Character = default);

/// <summary>What a key does to the line.</summary>
internal enum KeyAction
{
    /// <summary>Nothing: a key that has no meaning here.</summary>
    None,
    Insert,
    Accept,
    Complete,
    Interrupt,

    /// <summary>Deletes forward, and on an empty line ends the input (Ctrl-D).</summary>
    DeleteOrEnd,
    Delete,
    Backspace,
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
    Earlier,
    Later,
    KillToEnd,
    KillToStart,
    KillWordLeft,
    KillWordRight,
    Yank,
    Transpose,
    Redraw,
}
