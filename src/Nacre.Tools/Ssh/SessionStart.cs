using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Lending;

namespace Nacre.Tools.Ssh;

/// <summary>Asks the server for the session that the configuration describes: a shell, a command or a subsystem, with its terminal and its environment.</summary>
internal sealed class SessionStart(SshClient client, ClientConfig config, string command, ErrorTrace trace)
{
    private bool IsSubsystem => config.SessionType == SessionChoice.Subsystem;

    /// <summary>Whether there is to be a terminal.</summary>
    public bool WantsTerminal() => SessionTerminal.IsWanted(config, command, trace);

    /// <summary>Opens the session and starts its program.</summary>
    /// <exception cref="SshException">The server refused it, or the connection ended.</exception>
    public async Task<RemoteProcess> OpenAsync(bool wantsTerminal)
    {
        using var lending = new LentToSession(client, config, trace);
        RunOptions options = await lending.AddToAsync(Options(wantsTerminal), wantsDisplay: true, wantsAgent: true, client.Multiplexer.Ended).ConfigureAwait(false);
        trace.Write(1, IsSubsystem ? $"Sending subsystem: {Printable.Escape(command)}" : command.Length > 0 ? $"Sending command: {Printable.Escape(command)}" : "Starting a shell.");
        RemoteProcess process = await (IsSubsystem ? client.OpenSubsystemAsync(command, options) : command.Length == 0 ? client.OpenShellAsync(options) : client.RunAsync(command, options)).ConfigureAwait(false);
        trace.Write(1, $"channel {process.Channel.LocalId}: new session [{process.Channel.Type}]");
        if (wantsTerminal && !process.HasTerminal) trace.Fail($"PTY allocation request failed on channel {process.Channel.LocalId}");
        lending.Report(options, process);
        return process;
    }

    private RunOptions Options(bool wantsTerminal) => new()
    {
        Terminal = wantsTerminal ? SessionTerminal.Describe(0, SessionTerminal.TypeHere(config)) : null,
        IsTerminalOptional = config.RequestTTY == TtyChoice.Auto,
        Environment = Variables(),
    };

    private List<KeyValuePair<string, string>> Variables()
    {
        List<KeyValuePair<string, string>> variables = SentVariables.Here(config);
        if (trace.IsOn(1))
        {
            foreach ((string name, string value) in variables) trace.Write(1, $"setting env {Printable.Escape(name)} = \"{Printable.Escape(value)}\"");
        }

        return variables;
    }
}
