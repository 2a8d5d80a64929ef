using Nacre.Client;
using Nacre.Config;
using Nacre.Forwarding.X11;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;

namespace Nacre.Tools.Ssh.Lending;

/// <summary>What ssh lends a session of what the user has here: their agent and their X11 display, as ForwardAgent and ForwardX11 say.</summary>
/// <remarks>To be disposed of when the session is there: the connection keeps of the display what it needs.</remarks>
internal sealed class LentToSession(SshClient client, ClientConfig config, ErrorTrace trace) : IDisposable
{
    private X11Forwarding? _display;

    /// <summary>Adds to a session's options what it is lent.</summary>
    /// <param name="options">The options.</param>
    /// <param name="wantsDisplay">False where the session is another process's, which wants none.</param>
    /// <param name="wantsAgent">The same of the agent.</param>
    /// <param name="ct">Ends the wait for the programs that are asked.</param>
    public async Task<RunOptions> AddToAsync(RunOptions options, bool wantsDisplay, bool wantsAgent, CancellationToken ct)
    {
        if (wantsDisplay && config.ForwardX11 && client.IsHostVerified) _display = await LentDisplay.FindAsync(Environment.GetEnvironmentVariable("DISPLAY"), config, trace, ct).ConfigureAwait(false);
        return options with
        {
            Display = _display,
            AgentSocket = wantsAgent && config.ForwardAgent.IsOn && client.IsHostVerified ? FindAgent() : null,
        };
    }

    /// <summary>Says what the server did not take.</summary>
    public void Report(RunOptions options, RemoteProcess process)
    {
        if (options.Display is not null && !process.HasDisplay) trace.Fail($"X11 forwarding request failed on channel {process.Channel.LocalId}");
        if (options.AgentSocket is not null && !process.HasAgent) trace.Write(1, "The server does not take the agent.");
    }

    public void Dispose() => _display?.Dispose();

    // An agent that is not there is not lent: programs at the server would think that they have one.
    private string? FindAgent()
    {
        if ((config.ForwardAgent.Path ?? config.IdentityAgent) is not { Length: > 0 } path) return null;
        if (!File.Exists(path))
        {
            trace.Write(1, $"no agent at {Printable.Escape(path)}");
            return null;
        }

        trace.Write(1, "Requesting authentication agent forwarding.");
        return path;
    }
}
