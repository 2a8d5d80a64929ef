using System.Net;
using System.Runtime.Versioning;
using Nacre.Protocol.Keys;
using Nacre.Server;
using Nacre.Sftp;

namespace Nacre.Examples;

/// <summary>A place to leave files: one key may log in, sees one directory as its whole world, and gets nothing but SFTP.</summary>
[UnsupportedOSPlatform("windows")]
internal static class DropServer
{
    public static async Task<int> RunAsync(string authorizedKey, string directory, TextWriter log, CancellationToken ct = default)
    {
        using PrivateKey hostKey = PrivateKey.GenerateEd25519();
        await using var server = new SshServer(new SshServerOptions
        {
            HostKeys = [hostKey],
            Authenticator = new OneKey(authorizedKey),
            Sessions = new Drop(directory),
        });

        int port = await server.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), ct);
        await log.WriteLineAsync($"127.0.0.1:{port} {hostKey.PublicKey.Fingerprint}");
        await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private sealed class Drop(string directory) : ISessionHandler
    {
        // No "..", no absolute name and no link leads out of the root; nobody but the owner may read what was left.
        private readonly LocalFileSystem _files = new("/", new LocalFileSystemOptions { Root = directory, Umask = 0b000_111_111 });

        public ValueTask<SessionProgram?> ChooseAsync(SessionRequest request, CancellationToken ct) =>
            ValueTask.FromResult<SessionProgram?>(request is { Kind: SessionKind.Subsystem, Text: "sftp" } ? ServeAsync : null);

        private async Task<ProcessExit> ServeAsync(ServerSession session, CancellationToken ct)
        {
            await new SftpServer(_files).RunAsync(session.Input, session.Output, ct);
            return ProcessExit.WithStatus(0);
        }
    }
}
