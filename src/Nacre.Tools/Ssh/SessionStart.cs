using System.Buffers.Binary;
using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Patterns;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Lending;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>Asks the server for the session that the configuration describes: a shell, a command or a subsystem, with its terminal and its environment.</summary>
internal sealed class SessionStart(SshClient client, ClientConfig config, string command, ErrorTrace trace)
{
    private const string TerminalVariable = "TERM";

    private bool IsSubsystem => config.SessionType == SessionChoice.Subsystem;

    /// <summary>Whether there is to be a terminal. A subsystem speaks a protocol, which a terminal would spoil.</summary>
    public bool WantsTerminal()
    {
        if (IsSubsystem || config.RequestTTY == TtyChoice.No || (config.RequestTTY == TtyChoice.Auto && command.Length > 0)) return false;
        if (config.RequestTTY == TtyChoice.Force || (Descriptors.IsTerminal(0) && !config.StdinNull)) return true;
        trace.Say("Pseudo-terminal will not be allocated because stdin is not a terminal.");
        return false;
    }

    /// <summary>Opens the session and starts its program.</summary>
    /// <exception cref="SshException">The server refused it, or the connection ended.</exception>
    public async Task<RemoteProcess> OpenAsync(bool wantsTerminal)
    {
        var lending = new LentToSession(client, config, trace);
        RunOptions options = await lending.AddToAsync(Options(wantsTerminal)).ConfigureAwait(false);
        trace.Write(1, IsSubsystem ? $"Sending subsystem: {Printable.Escape(command)}" : command.Length > 0 ? $"Sending command: {Printable.Escape(command)}" : "Starting a shell.");
        RemoteProcess process = await (IsSubsystem ? client.OpenSubsystemAsync(command, options) : command.Length == 0 ? client.OpenShellAsync(options) : client.RunAsync(command, options)).ConfigureAwait(false);
        trace.Write(1, $"channel {process.Channel.LocalId}: new session [{process.Channel.Type}]");
        if (wantsTerminal && !process.HasTerminal) trace.Fail($"PTY allocation request failed on channel {process.Channel.LocalId}");
        lending.Report(options, process);
        return process;
    }

    private RunOptions Options(bool wantsTerminal) => new()
    {
        Terminal = wantsTerminal ? DescribeTerminal() : null,
        IsTerminalOptional = config.RequestTTY == TtyChoice.Auto,
        Environment = Variables(),
    };

    private TerminalRequest DescribeTerminal()
    {
        TerminalSize size = TerminalSize.TryOf(0, out TerminalSize here) ? here : default;
        string? named = config.SetEnv.FirstOrDefault(static setting => setting.Name == TerminalVariable).Value;
        return new TerminalRequest(named is { Length: > 0 } ? named : Environment.GetEnvironmentVariable(TerminalVariable) ?? "", (int)size.Columns, (int)size.Rows)
        {
            WidthPixels = (int)size.PixelWidth,
            HeightPixels = (int)size.PixelHeight,
            Modes = EncodeModes(),
        };
    }

    // RFC 4254 8: an opcode and a uint32 each, and opcode 0 at the end.
    private static byte[] EncodeModes()
    {
        if (!Termios.TryOf(0, out Termios modes)) return [0];
        (byte Opcode, uint Value)[] pairs = TerminalModes.Encode(modes);
        byte[] encoded = new byte[(pairs.Length * 5) + 1];
        for (int i = 0; i < pairs.Length; i++)
        {
            encoded[i * 5] = pairs[i].Opcode;
            BinaryPrimitives.WriteUInt32BigEndian(encoded.AsSpan((i * 5) + 1), pairs[i].Value);
        }

        return encoded;
    }

    private List<KeyValuePair<string, string>> Variables()
    {
        var variables = new List<KeyValuePair<string, string>>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            string name = (string)variable.Key;
            if (config.SendEnv.Any(pattern => PatternMatcher.Matches(name, pattern))) variables.Add(new(name, (string)variable.Value!));
        }

        variables.AddRange(config.SetEnv.Select(setting => new KeyValuePair<string, string>(setting.Name, setting.Value)));
        if (trace.IsOn(1))
        {
            foreach ((string name, string value) in variables) trace.Write(1, $"setting env {Printable.Escape(name)} = \"{Printable.Escape(value)}\"");
        }

        return variables;
    }
}
