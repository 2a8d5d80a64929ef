using System.Net;
using System.Net.Sockets;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Config.Values;
using Nacre.Protocol.Keys;
using Nacre.Tests.Interop;
using Nacre.Tools.Sshd;
using Nacre.Tools.Sshd.Operations;

namespace Nacre.Tests.Tools.Sshd;

/// <summary>The sshd of one process, as an ordinary user runs it.</summary>
public sealed class SshdServiceTests
{
    [Fact]
    public async Task Another_configuration_is_for_those_who_come_later()
    {
        int first = FreePort.Take(), second = FreePort.Take();
        PrivateKey[] keys = [PrivateKey.GenerateEd25519()];
        using SshdLog log = SshdLog.To(LogLevel.Info, TextWriter.Null);
        await using var service = new SshdService(ConfigOf(first, "one"), keys, new ProxiedClients(""), log);
        Assert.True(service.Listen());
        Task running = service.RunAsync(servesOne: false);
        using TcpClient early = await ConnectAsync(first);
        using var earlyReader = new StreamReader(early.GetStream());
        Assert.EndsWith(" one", await earlyReader.ReadLineAsync(Ct), StringComparison.Ordinal);

        service.Change(ConfigOf(second, "two"), keys);

        using TcpClient late = await ConnectAsync(second);
        using var lateReader = new StreamReader(late.GetStream());
        Assert.EndsWith(" two", await lateReader.ReadLineAsync(Ct), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(first));
        Assert.Equal((2, false), (service.Connections, running.IsCompleted));

        service.Stop();
        await running;
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static ServerConfig ConfigOf(int port, string addendum) =>
        ServerConfigParser.ReadBack($"ListenAddress 127.0.0.1:{port}\nVersionAddendum {addendum}\nUsePAM no\n", CatalogNames.For(isClient: false));

    private static async Task<TcpClient> ConnectAsync(int port)
    {
        var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, Ct);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }
}
