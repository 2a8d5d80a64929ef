using System.Net.Sockets;
using Nacre.Client;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Forwarding.Agent;

/// <summary>The client's end of agent forwarding: joins each connection that a program at the server makes to the agent to a new one here.</summary>
/// <remarks>
/// Each is first bound to the session (PROTOCOL.agent 1), so that the agent knows through which host it is asked. A server that was lent no
/// agent and asks for it is refused, and the user is told once.
/// </remarks>
internal sealed class AgentLoan(ITransport transport, Action<string>? warn)
{
    private string? _socketPath;
    private int _hasWarned;

    /// <summary>From now on the server may have this agent. Of several the last counts: a channel does not say which session it comes from.</summary>
    public void Lend(string socketPath) => Volatile.Write(ref _socketPath, socketPath);

    /// <summary>Answers an agent-connect or an auth-agent@openssh.com, whichever of the names the agent was lent by.</summary>
    public async ValueTask<ChannelAnswer> AnswerAsync(CancellationToken ct)
    {
        // RFC 9987 7.3: "An SSH client MUST refuse unauthorised agent connection requests"
        if (Volatile.Read(ref _socketPath) is not { } path)
        {
            if (Interlocked.Exchange(ref _hasWarned, 1) == 0) warn?.Invoke("Warning: ssh server tried agent forwarding.\nWarning: this is probably a break-in attempt by a malicious server.");
            return ChannelAnswer.Refuse(OpenFailureReason.AdministrativelyProhibited, "open failed");
        }

        Socket? socket = await AgentClient.DialAsync(path, ct).ConfigureAwait(false);
        if (socket is null) return ChannelAnswer.Refuse(OpenFailureReason.ConnectFailed, "open failed");
        try
        {
            var agent = new AgentClient(new NetworkStream(socket, ownsSocket: false));
            await using (agent.ConfigureAwait(false)) await agent.BindAsync(transport, isForwarding: true, ct).ConfigureAwait(false);
            return ChannelAnswer.Accept(new SocketService(socket));
        }
        catch (SshException)
        {
            socket.Dispose();
            return ChannelAnswer.Refuse(OpenFailureReason.ConnectFailed, "open failed");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
