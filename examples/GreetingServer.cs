using System.Net;
using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Server;

namespace Nacre.Examples;

/// <summary>A server of our own, with no shell behind it: one key may log in, and every command is answered with a greeting.</summary>
internal static class GreetingServer
{
    public static async Task<int> RunAsync(string authorizedKey, TextWriter log, CancellationToken ct = default)
    {
        if (!PublicKeyLine.TryParse(authorizedKey, out PublicKeyLine? line))
        {
            throw new FormatException("That is not a line of a .pub file.");
        }

        using PrivateKey hostKey = PrivateKey.GenerateEd25519();
        await using var server = new SshServer(new SshServerOptions
        {
            HostKeys = [hostKey],
            Authenticator = new OneKey(line.Key),
            Sessions = new Greeter(),
        });

        int port = await server.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), ct);
        await log.WriteLineAsync($"127.0.0.1:{port} {hostKey.PublicKey.Fingerprint}");
        await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    /// <summary>The key decides, whatever name the client gives.</summary>
    private sealed class OneKey(PublicKey key) : IAuthenticator
    {
        public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct) => ValueTask.FromResult(
            attempt is PublicKeyAttempt shown && shown.Key.Equals(key) ? AuthenticationVerdict.Accept : AuthenticationVerdict.Reject);
    }

    private sealed class Greeter : ISessionHandler
    {
        public ValueTask<SessionProgram?> ChooseAsync(SessionRequest request, CancellationToken ct) =>
            ValueTask.FromResult<SessionProgram?>(request.Kind == SessionKind.Command ? GreetAsync : null);

        private static async Task<ProcessExit> GreetAsync(ServerSession session, CancellationToken ct)
        {
            await session.Output.WriteAsync(Encoding.UTF8.GetBytes($"Good day, {session.Request.User.Name}.\n"), ct);
            return ProcessExit.WithStatus(0);
        }
    }
}
