using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Nacre.Bench.Bed;

/// <summary>Stands before a server on loopback and holds back every byte for a fixed time, each way, as a long line would.</summary>
/// <remarks>
/// The server hears of the connection one delay after the client has it, since the last packet of the TCP handshake travels too. So the time
/// from connect() to the end, less the same without delay, is the number of round trips after the handshake. Threads, not tasks: a timer of
/// the thread pool is late by a millisecond or more.
/// </remarks>
internal sealed class DelayProxy : IDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly int _targetPort;
    private readonly TimeSpan _delay;

    /// <summary>Listens on a port of its own.</summary>
    /// <param name="targetPort">The server's port.</param>
    /// <param name="delay">One way.</param>
    public DelayProxy(int targetPort, TimeSpan delay)
    {
        (_targetPort, _delay) = (targetPort, delay);
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
        Start(Accept);
    }

    public int Port => ((IPEndPoint)_listening.LocalEndPoint!).Port;

    public void Dispose() => _listening.Dispose();

    private static void Start(ThreadStart work) => new Thread(work) { IsBackground = true }.Start();

    private static void SleepUntil(long due)
    {
        TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        if (left > TimeSpan.FromMilliseconds(1)) Thread.Sleep(left - TimeSpan.FromMilliseconds(1));
        while (Stopwatch.GetTimestamp() < due) Thread.Yield();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket client = _listening.Accept();
                long due = Due();
                Start(() => Join(client, due));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private long Due() => Stopwatch.GetTimestamp() + (long)(_delay.TotalSeconds * Stopwatch.Frequency);

    private void Join(Socket client, long due)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        SleepUntil(due);
        server.Connect(IPAddress.Loopback, _targetPort);
        Carry(client, server);
        Carry(server, client);
    }

    private void Carry(Socket from, Socket to)
    {
        var flying = new BlockingCollection<(long Due, byte[] Bytes)>();
        Start(() => Receive(from, flying));
        Start(() => Deliver(flying, to));
    }

    private void Receive(Socket from, BlockingCollection<(long Due, byte[] Bytes)> flying)
    {
        byte[] buffer = new byte[64 * 1024];
        int length = 0;
        do
        {
            try
            {
                length = from.Receive(buffer);
            }
            catch (SocketException)
            {
                length = 0;
            }

            flying.Add((Due(), buffer[..length]));
        }
        while (length > 0);
        flying.CompleteAdding();
    }

    private static void Deliver(BlockingCollection<(long Due, byte[] Bytes)> flying, Socket to)
    {
        foreach ((long due, byte[] bytes) in flying.GetConsumingEnumerable())
        {
            SleepUntil(due);
            try
            {
                if (bytes.Length > 0) to.Send(bytes);
                else to.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // That end has gone; what is still under way to it is lost, as it would be.
            }
        }
    }
}
