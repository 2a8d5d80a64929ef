using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nacre.Bench.Bed;

/// <summary>A contender's `ssh -N -L` that leads through its server back to a listener of the bench: what goes in at one end comes out at the other, both here.</summary>
internal sealed class Tunnel : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly Contender _contender;
    private readonly Process _client;
    private readonly Socket _listening;
    private readonly int _port;
    private readonly double _serverBefore;

    private Tunnel(Contender contender, Process client, Socket listening, int port, double serverBefore) =>
        (_contender, _client, _listening, _port, _serverBefore) = (contender, client, listening, port, serverBefore);

    /// <summary>Starts the client.</summary>
    public static async Task<Tunnel> StartAsync(Contender contender)
    {
        double before = await ProcessUse.OfServerAsync(contender.ServerId);
        var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(128);
        int target = ((IPEndPoint)listening.LocalEndPoint!).Port;
        int port = FreePort();
        string forward = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}:127.0.0.1:{target}");
        Process client = Process.Start(contender.Ssh, ["-F", contender.Config, "-N", "-o", "Ciphers=aes128-gcm@openssh.com", "-o", "ExitOnForwardFailure=yes", "-L", forward, "bench"]);
        return new Tunnel(contender, client, listening, port, before);
    }

    /// <summary>Makes connections through the tunnel. Sockets that were never waited for asynchronously block in the kernel.</summary>
    /// <returns>Both ends of each: where bytes go in at the server's side, and where they come out at the client's.</returns>
    public (Socket Far, Socket Near)[] Connect(int count)
    {
        var pairs = new (Socket Far, Socket Near)[count];
        for (int i = 0; i < count; i++)
        {
            Socket near = ConnectOne();
            Socket far = _listening.Accept();
            near.NoDelay = far.NoDelay = true;
            pairs[i] = (far, near);
        }

        return pairs;
    }

    /// <summary>Ends the client, and tells what it and the server used of the processors, in seconds, login and all.</summary>
    public async Task<double> EndAsync()
    {
        double client = await ProcessUse.OfServerAsync(_client.Id);
        _client.Kill();
        await _client.WaitForExitAsync();
        return client + await ProcessUse.OfServerAsync(_contender.ServerId) - _serverBefore;
    }

    public void Dispose()
    {
        if (!_client.HasExited) _client.Kill();
        _client.Dispose();
        _listening.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private Socket ConnectOne()
    {
        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(IPAddress.Loopback, _port);
                return socket;
            }
            catch (SocketException) when (!_client.HasExited && Stopwatch.GetElapsedTime(begin) < StartLimit)
            {
                socket.Dispose();
                Thread.Sleep(20);
            }
            catch (SocketException error)
            {
                throw new InvalidOperationException($"the client of {_contender.Name} does not listen for its forward: {error.Message}", error);
            }
        }
    }
}
