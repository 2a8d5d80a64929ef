using System.Globalization;
using Nacre.Client;

namespace Nacre.Bench.Idle;

/// <summary>The role of a crowd of clients in a process of its own: logs in, says so, and does nothing until standard input ends.</summary>
internal static class IdleClients
{
    public const string Role = "idle-clients";

    private const int AtOnce = 8;

    /// <summary>Connects, and holds the connections.</summary>
    /// <param name="identity">The user's key.</param>
    /// <param name="destination">user@host:port.</param>
    /// <param name="count">How many connections.</param>
    public static async Task<int> RunAsync(string identity, string destination, string count)
    {
        using IdentityFile key = IdentityFile.Find(identity) ?? throw new FileNotFoundException($"there is no key {identity}");
        var options = new SshClientOptions { HostKeyPolicy = new TrustAny(), Identities = [key] };
        var clients = new SshClient[int.Parse(count, CultureInfo.InvariantCulture)];
        await Parallel.ForAsync(0, clients.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (index, ct) =>
            clients[index] = await SshClient.ConnectAsync(destination, options, ct));
        Console.WriteLine("connected");
        await Console.In.ReadToEndAsync();
        await Parallel.ForEachAsync(clients, async (client, _) => await client.DisposeAsync());
        return 0;
    }

    /// <summary>Trusts whatever answers on this machine's loopback: the bench started it.</summary>
    private sealed class TrustAny : IHostKeyPolicy
    {
        public ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct) => ValueTask.FromResult(HostKeyVerdict.Trust);
    }
}
