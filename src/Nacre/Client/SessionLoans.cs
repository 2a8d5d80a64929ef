using System.Text;
using Nacre.Forwarding.Agent;
using Nacre.Forwarding.X11;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;

namespace Nacre.Client;

/// <summary>What the sessions of one connection lend to its server: the user's agent and their display.</summary>
/// <remarks>Each is lent before the server is told of it, so that its first use, which may come at once, finds it.</remarks>
internal sealed class SessionLoans(ITransport transport, AgentLoan agent, X11Loan display)
{
    private static readonly Task<bool> Unasked = Task.FromResult(false);

    public AgentLoan Agent => agent;

    public X11Loan Display => display;

    /// <summary>Lends the session an agent, if there is one; true when the server takes it.</summary>
    public Task<bool> OfferAgent(Channel session, string? socketPath, CancellationToken ct)
    {
        if (socketPath is null) return Unasked;
        agent.Lend(socketPath);
        // RFC 9987 7.2: "The "agent-req" name SHOULD only be used if support was explicitly advertised"
        var request = default(AgentRequest);
        if (transport.PeerTakesAgent) return session.RequestAsync(ref request, ct);
        var early = default(AgentForwardingRequest);
        return session.RequestAsync(ref early, ct);
    }

    /// <summary>Lends the session a display, if there is one; true when the server takes it.</summary>
    public Task<bool> OfferDisplay(Channel session, X11Forwarding? forwarding, CancellationToken ct)
    {
        if (forwarding is null) return Unasked;
        X11Grant grant = display.Lend(forwarding);
        var request = new X11Request
        {
            SingleConnection = forwarding.IsSingleConnection,
            AuthenticationProtocol = Encoding.ASCII.GetBytes(forwarding.Protocol),
            AuthenticationCookie = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(grant.FalseCookie.Span)),
            ScreenNumber = forwarding.Display.Screen,
        };
        return session.RequestAsync(ref request, ct);
    }
}
