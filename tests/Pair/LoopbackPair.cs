using System.Net;
using Nacre.Client;
using Nacre.Forwarding;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Server;

namespace Nacre.Tests.Pair;

/// <summary>A server of the library on a loopback port and clients that trust it and are trusted by it.</summary>
internal sealed class LoopbackPair : IAsyncDisposable
{
    public static readonly PrivateKey HostKey = PrivateKey.GenerateEd25519();
    public static readonly PrivateKey UserKey = PrivateKey.GenerateEd25519();

    private readonly SshServer _server;

    private LoopbackPair(SshServer server, int port) => (_server, Port) = (server, port);

    public int Port { get; }

    public SshServer Server => _server;

    public static async Task<LoopbackPair> StartAsync(Func<SshServerOptions, SshServerOptions>? change = null)
    {
        var options = new SshServerOptions
        {
            HostKeys = [HostKey],
            Authenticator = new KeyAuthenticator(),
            Sessions = new EchoSessions(),
            Forwarding = new ForwardEverything(),
            LoginGraceTime = TimeSpan.FromSeconds(30),
        };
        var server = new SshServer(change?.Invoke(options) ?? options);
        return new LoopbackPair(server, await server.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0)));
    }

    public SshClientOptions ClientOptions => new()
    {
        HostKeyPolicy = new TrustOnly(HostKey.PublicKey),
        Identities = [new SignerIdentity(UserKey, "test key")],
    };

    public string Destination => $"tester@127.0.0.1:{Port}";

    public Task<SshClient> ConnectAsync(Func<SshClientOptions, SshClientOptions>? change = null) =>
        SshClient.ConnectAsync(Destination, change?.Invoke(ClientOptions) ?? ClientOptions);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    internal sealed class TrustOnly(PublicKey trusted) : IHostKeyPolicy
    {
        public ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct) =>
            ValueTask.FromResult(offer.Key.Equals(trusted) ? HostKeyVerdict.Trust : HostKeyVerdict.Refuse);
    }

    internal sealed class KeyAuthenticator : IAuthenticator
    {
        public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct) => ValueTask.FromResult(
            attempt switch
            {
                PublicKeyAttempt key when key.Key.Equals(UserKey.PublicKey) => AuthenticationVerdict.Accept,
                PasswordAttempt password when password.Password.FixedTimeEquals("right"u8) => AuthenticationVerdict.Accept,
                _ => AuthenticationVerdict.Reject,
            });
    }

    internal sealed class ForwardEverything : IForwardingPolicy
    {
        public bool MayConnect(AuthenticatedUser user, TcpEndpoint target) => true;

        public TcpEndpoint? MayListen(AuthenticatedUser user, TcpEndpoint listen) => listen;

        public bool MayConnect(AuthenticatedUser user, string socketPath) => true;

        public ForwardOptions? MayListen(AuthenticatedUser user, string socketPath) => ForwardOptions.Default;
    }

    /// <summary>Understands "echo", which sends the input back, "say TEXT", "fail N" and "kill SIGNAL".</summary>
    internal sealed class EchoSessions : ISessionHandler
    {
        public ValueTask<SessionProgram?> ChooseAsync(SessionRequest request, CancellationToken ct) =>
            ValueTask.FromResult<SessionProgram?>(request.Kind == SessionKind.Subsystem && request.Text != "echo" ? null : RunAsync);

        private static async Task<ProcessExit> RunAsync(ServerSession session, CancellationToken ct)
        {
            string[] words = session.Request.Text.Split(' ', 2);
            switch (words[0])
            {
                case "say":
                    await session.Output.WriteAsync(System.Text.Encoding.UTF8.GetBytes(words[1]), ct);
                    return ProcessExit.WithStatus(0);
                case "fail":
                    await session.Error.WriteAsync("failing\n"u8.ToArray(), ct);
                    await session.Error.CompleteAsync();
                    return ProcessExit.WithStatus(uint.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture));
                case "kill":
                    return ProcessExit.WithSignal(words[1]);
                default:
                    await session.Input.CopyToAsync(session.Output, ct);
                    return ProcessExit.WithStatus(0);
            }
        }
    }
}
