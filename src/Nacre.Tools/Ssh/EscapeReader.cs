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
    public const string Help =
        "Supported escape sequences:\r\n ~.   - terminate connection\r\n ~B   - send a BREAK to the remote system\r\n ~R   - request rekey\r\n"
        + " ~?   - this message\r\n ~~   - send the escape character by typing it twice\r\n(Note that escapes are only recognized immediately after newline.)\r\n";

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
