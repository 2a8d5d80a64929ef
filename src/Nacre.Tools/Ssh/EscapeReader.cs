using System.Globalization;
using System.Text;

namespace Nacre.Tools.Ssh;

/// <summary>Finds escape sequences in what a person types: the escape character at the start of a line, and what follows it.</summary>
internal sealed class EscapeReader(byte escape)
{
    private const byte ControlZ = 'Z' & 0x1f;

    private static readonly (byte Key, string Name, EscapeAction Action, string Help)[] Sequences =
    [
        ((byte)'.', ".", EscapeAction.Disconnect, "terminate connection (and any multiplexed sessions)"),
        ((byte)'B', "B", EscapeAction.Break, "send a BREAK to the remote system"),
        ((byte)'C', "C", EscapeAction.CommandLine, "open a command line"),
        ((byte)'R', "R", EscapeAction.Rekey, "request rekey"),
        ((byte)'V', "V", EscapeAction.LessVerbose, "decrease verbosity (LogLevel)"),
        ((byte)'v', "v", EscapeAction.MoreVerbose, "increase verbosity (LogLevel)"),
        (ControlZ, "^Z", EscapeAction.Suspend, "suspend ssh"),
        ((byte)'#', "#", EscapeAction.ListConnections, "list forwarded connections"),
        ((byte)'&', "&", EscapeAction.Background, "background ssh (when waiting for connections to terminate)"),
        ((byte)'I', "I", EscapeAction.Information, "show connection information"),
        ((byte)'?', "?", EscapeAction.Help, "this message"),
    ];

    private bool _isLineStart = true;
    private bool _isEscaped;

    /// <summary>The character, as it is shown.</summary>
    public char Character => (char)escape;

    /// <summary>What there is, by the character that is set.</summary>
    /// <param name="missing">What cannot be asked for here.</param>
    public string HelpWithout(params EscapeAction[] missing)
    {
        char c = Character;
        var list = new StringBuilder();
        foreach ((_, string name, EscapeAction action, string help) in Sequences)
        {
            if (Array.IndexOf(missing, action) < 0) list.Append(CultureInfo.InvariantCulture, $" {c}{name,-3}- {help}\r\n");
        }

        return $"Supported escape sequences:\r\n{list} {c}{c}  - send the escape character by typing it twice\r\n(Note that escapes are only recognized immediately after newline.)\r\n";
    }

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
                if (action != EscapeAction.None)
                {
                    _isLineStart = true;
                    return (i + 1, written, action);
                }

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

    private EscapeAction ActionOf(byte key)
    {
        if (key == escape) return EscapeAction.None;
        foreach ((byte known, _, EscapeAction action, _) in Sequences)
        {
            if (known == key) return action;
        }

        return EscapeAction.None;
    }
}
