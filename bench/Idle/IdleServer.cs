using System.Globalization;
using System.Net;
using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Server;

namespace Nacre.Bench.Idle;

/// <summary>The role of the library's server in a process of its own: says its port, then answers "count" and "collect".</summary>
internal static class IdleServer
{
    public const string Role = "idle-server";

    /// <summary>Serves until standard input ends.</summary>
    /// <param name="keys">The directory of the keys.</param>
    public static async Task<int> RunAsync(string keys)
    {
        using IdentityFile hostKey = IdentityFile.Find(Path.Join(keys, "host_key")) ?? throw new FileNotFoundException($"there is no host key in {keys}");
        ISigner signer = await hostKey.OpenAsync(default) ?? throw new InvalidOperationException($"the host key in {keys} is locked");
        await using var server = new SshServer(new SshServerOptions
        {
            HostKeys = [signer],
            Authenticator = new AuthorizedKeysAuthenticator(new OneFile(await File.ReadAllBytesAsync(Path.Join(keys, "user_key.pub")))),
        });
        int port = await server.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0));
        Console.WriteLine(port.ToString(CultureInfo.InvariantCulture));
        while (await Console.In.ReadLineAsync() is { } question) Console.WriteLine(Answer(server, question));
        return 0;
    }

    private static string Answer(SshServer server, string question)
    {
        if (question == "count") return server.ConnectionCount.ToString(CultureInfo.InvariantCulture);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return "collected";
    }

    /// <summary>The same keys for everybody, read once.</summary>
    private sealed class OneFile(byte[] contents) : IAuthorizedKeysSource
    {
        private readonly AuthorizedKeysFile[] _files = [new("authorized_keys", contents)];

        public ValueTask<IReadOnlyList<AuthorizedKeysFile>> ReadAsync(string userName, CancellationToken ct) => new(_files);
    }
}
