using System.Text;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Mux;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>The session that a client wants of a master.</summary>
internal sealed record PassengerRequest
{
    public bool WantsTerminal { get; init; }

    public bool WantsX11 { get; init; }

    public bool WantsAgent { get; init; }

    public bool IsSubsystem { get; init; }

    /// <summary>The escape character; null for none.</summary>
    public char? Escape { get; init; }

    /// <summary>The value of TERM.</summary>
    public string Terminal { get; init; } = "";

    /// <summary>The command, or the subsystem's name; empty for a shell.</summary>
    public string Command { get; init; } = "";

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>The session that a configuration describes.</summary>
    public static PassengerRequest Of(ClientConfig config, string command, bool wantsTerminal) => new()
    {
        WantsTerminal = wantsTerminal,
        WantsX11 = config.ForwardX11,
        WantsAgent = config.ForwardAgent.IsOn,
        IsSubsystem = config.SessionType == SessionChoice.Subsystem,
        Escape = config.EscapeChar,
        Terminal = SessionTerminal.TypeHere(config),
        Command = command,
        Environment = SentVariables.Here(config),
    };

    /// <summary>Reads a client's message.</summary>
    /// <exception cref="SshViolationException">It is malformed.</exception>
    public static PassengerRequest Read(byte[] message)
    {
        MuxNewSession session = MuxMessage.Read<MuxNewSession>(message);
        return new PassengerRequest
        {
            WantsTerminal = session.WantsTerminal != 0,
            WantsX11 = session.WantsX11 != 0,
            WantsAgent = session.WantsAgent != 0,
            IsSubsystem = session.IsSubsystem != 0,
            Escape = session.EscapeCharacter <= byte.MaxValue ? (char)session.EscapeCharacter : null,
            Terminal = Encoding.UTF8.GetString(session.Terminal),
            Command = Encoding.UTF8.GetString(session.Command),
            Environment = VariablesOf(MuxStrings.Read(session.Environment)),
        };
    }

    // What has no name sets no variable.
    private static List<KeyValuePair<string, string>> VariablesOf(List<byte[]> strings)
    {
        var variables = new List<KeyValuePair<string, string>>();
        foreach (byte[] bytes in strings)
        {
            string text = Encoding.UTF8.GetString(bytes);
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) variables.Add(new(text[..equals], text[(equals + 1)..]));
        }

        return variables;
    }
}
