using System.Net;
using Nacre.Protocol.Keys;
using Nacre.Server;

namespace Nacre.Examples;

/// <summary>A server of our own, with no shell behind it: one key may log in, and every command is answered with a greeting.</summary>
internal static class GreetingServer
{
    public static async Task<int> RunAsync(string authorizedKey, TextWriter log, CancellationToken ct = default)
    {
        using PrivateKey hostKey = PrivateKey.GenerateEd25519();
        await using var server = new SshServer(new SshServerOptions
        {
            HostKeys = [hostKey],
            Authenticator = new OneKey(authorizedKey),
            Sessions = new Greeter(),
        });

        int port = await server.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), ct);
        await log.WriteLineAsync($"127.0.0.1:{port} {hostKey.PublicKey.Fingerprint}");
        await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }
}
