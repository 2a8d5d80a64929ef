namespace Nacre.Tools.Ssh;

/// <summary>What an escape sequence asks for.</summary>
internal enum EscapeAction
{
    None,
    Disconnect,
    Break,
    Rekey,
    Help,
}

/// <summary>Finds escape sequences in what a person types: the escape character at the start of a line, and what follows it.</summary>
internal sealed class EscapeReader(byte escape)
{
    /// <summary>What there is, by the character that is set.</summary>
    public string Help
    {
        get
        {
            char c = (char)escape;
            return $"Supported escape sequences:\r\n {c}.   - terminate connection\r\n {c}B   - send a BREAK to the remote system\r\n {c}R   - request rekey\r\n"
                + $" {c}?   - this message\r\n {c}{c}   - send the escape character by typing it twice\r\n(Note that escapes are only recognized immediately after newline.)\r\n";
        }
    }

    private bool _isLineStart = true;
    private bool _isEscaped;

    /// <summary>Takes typed bytes; writes what goes to the server and stops behind the first sequence that asks for something.</summary>
    /// <returns>The bytes read, the bytes written and what was asked for.</returns>
    public (int Read, int Written, EscapeAction Action) Filter(ReadOnlySpan<byte> typed, Span<byte> output)
    {
        int written = 0;
        for (int i = 0; i < typed.Length; i++)
        {
            byte key = typed[i];
            if (_isEscaped)
            {
                _isEscaped = false;
                EscapeAction action = ActionOf(key);
                if (action != EscapeAction.None) return (i + 1, written, action);
                if (key != escape) output[written++] = escape;
            }
            else if (_isLineStart && key == escape)
            {
                _isEscaped = true;
                continue;
            }

            output[written++] = key;
            _isLineStart = key is (byte)'\r' or (byte)'\n';
        }

        return (typed.Length, written, EscapeAction.None);
    }

    private static EscapeAction ActionOf(byte key) => key switch
    {
        (byte)'.' => EscapeAction.Disconnect,
        (byte)'B' => EscapeAction.Break,
        (byte)'R' => EscapeAction.Rekey,
        (byte)'?' => EscapeAction.Help,
        _ => EscapeAction.None,
    };
}
