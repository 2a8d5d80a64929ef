using System.Buffers;
using System.Text;

namespace Nacre.Tools.LineEditor;

/// <summary>Makes keys of the bytes that a terminal sends, which may come in any parts: UTF-8, control characters, escape sequences.</summary>
internal sealed class KeyDecoder
{
    private const byte Escape = 0x1b;

    /// <summary>A sequence that goes on for longer is thrown away.</summary>
    private const int MostSequence = 32;

    private readonly Queue<Key> _keys = new();
    private readonly List<byte> _partial = [];

    /// <summary>Takes bytes as they came.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (byte each in bytes) Add(each);
    }

    /// <summary>Takes the next key that is whole.</summary>
    public bool TryTake(out Key key) => _keys.TryDequeue(out key);

    private void Add(byte next)
    {
        _partial.Add(next);
        ReadOnlySpan<byte> bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_partial);
        if (bytes[0] == Escape)
        {
            if (!IsWholeSequence(bytes) && bytes.Length < MostSequence) return;
            Emit(new Key(Meaning(bytes)));
        }
        else if (bytes[0] < 0x20 || bytes[0] == 0x7f)
        {
            Emit(new Key(Meaning(bytes[0])));
        }
        else
        {
            DecodeText(bytes);
        }
    }

    private void DecodeText(ReadOnlySpan<byte> bytes)
    {
        OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int taken);
        if (status == OperationStatus.NeedMoreData) return;
        if (status == OperationStatus.Done)
        {
            Emit(new Key(KeyAction.Insert, rune));
            return;
        }

        // What is no UTF-8 is dropped; a byte behind it may begin something new.
        byte[] rest = bytes[taken..].ToArray();
        _partial.Clear();
        Add(rest);
    }

    private void Emit(Key key)
    {
        _partial.Clear();
        if (key.Action != KeyAction.None) _keys.Enqueue(key);
    }

    // ESC and one character, or ESC [ or ESC O with parameters and a final character.
    private static bool IsWholeSequence(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2) return false;
        if (bytes[1] == Escape) return bytes.Length > 2 && IsWholeSequence(bytes[1..]);
        if (bytes[1] is not ((byte)'[' or (byte)'O')) return true;
        return bytes.Length > 2 && bytes[^1] is >= 0x40 and <= 0x7e;
    }

    private static KeyAction Meaning(byte control) => control switch
    {
        0x01 => KeyAction.Home,
        0x02 => KeyAction.Left,
        0x03 => KeyAction.Interrupt,
        0x04 => KeyAction.DeleteOrEnd,
        0x05 => KeyAction.End,
        0x06 => KeyAction.Right,
        0x08 or 0x7f => KeyAction.Backspace,
        0x09 => KeyAction.Complete,
        0x0a or 0x0d => KeyAction.Accept,
        0x0b => KeyAction.KillToEnd,
        0x0c => KeyAction.Redraw,
        0x0e => KeyAction.Later,
        0x10 => KeyAction.Earlier,
        0x14 => KeyAction.Transpose,
        0x15 => KeyAction.KillToStart,
        0x17 => KeyAction.KillWordLeft,
        0x19 => KeyAction.Yank,
        _ => KeyAction.None,
    };

    private static KeyAction Meaning(ReadOnlySpan<byte> sequence) => Encoding.ASCII.GetString(sequence[1..]) switch
    {
        "[A" or "OA" => KeyAction.Earlier,
        "[B" or "OB" => KeyAction.Later,
        "[C" or "OC" => KeyAction.Right,
        "[D" or "OD" => KeyAction.Left,
        "[H" or "OH" or "[1~" or "[7~" => KeyAction.Home,
        "[F" or "OF" or "[4~" or "[8~" => KeyAction.End,
        "[3~" => KeyAction.Delete,
        "[1;5C" or "[1;3C" or "f" or "\u001b[C" => KeyAction.WordRight,
        "[1;5D" or "[1;3D" or "b" or "\u001b[D" => KeyAction.WordLeft,
        "d" => KeyAction.KillWordRight,
        "\u007f" or "\b" => KeyAction.KillWordLeft,
        _ => KeyAction.None,
    };
}
