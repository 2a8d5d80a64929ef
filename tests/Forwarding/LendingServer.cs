using Nacre.Forwarding;
using Nacre.Protocol.Authentication;
using Nacre.Server;

namespace Nacre.Tests.Forwarding;

/// <summary>A server's policy that takes whatever its client lends, and whose sessions, which only echo, tell what they were lent.</summary>
internal sealed class LendingServer : IForwardingPolicy, ISessionHandler
{
    private readonly System.Threading.Channels.Channel<SessionRequest> _sessions = System.Threading.Channels.Channel.CreateUnbounded<SessionRequest>();

    public string? AgentPath { get; init; }

    public X11Listening? Display { get; init; }

    public bool MayConnect(AuthenticatedUser user, TcpEndpoint target) => false;

    public TcpEndpoint? MayListen(AuthenticatedUser user, TcpEndpoint listen) => null;

    public string? MayLendAgent(AuthenticatedUser user) => AgentPath;

    public X11Listening? MayForwardX11(AuthenticatedUser user) => Display;

    /// <summary>What the next session was started with.</summary>
    public ValueTask<SessionRequest> NextSessionAsync(CancellationToken ct) => _sessions.Reader.ReadAsync(ct);

    public ValueTask<SessionProgram?> ChooseAsync(SessionRequest request, CancellationToken ct)
    {
        _sessions.Writer.TryWrite(request);
        return ValueTask.FromResult<SessionProgram?>(EchoAsync);
    }

    /// <summary>Lets everybody in with these permissions.</summary>
    internal sealed class Doorman(LoginPermissions permissions) : IAuthenticator
    {
        public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct) => ValueTask.FromResult(AuthenticationVerdict.AcceptWith(permissions));
    }

    private static async Task<ProcessExit> EchoAsync(ServerSession session, CancellationToken ct)
    {
        await session.Input.CopyToAsync(session.Output, ct);
        return ProcessExit.WithStatus(0);
    }
}
