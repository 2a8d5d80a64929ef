using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Nacre.Bench.Bed;

/// <summary>Stands before a server on loopback and holds back every byte for a fixed time, each way, as a long line would, and may be no wider than one.</summary>
/// <remarks>
/// The server hears of the connection one delay after the client has it, since the last packet of the TCP handshake travels too. So the time
/// from connect() to the end, less the same without delay, is the number of round trips after the handshake. Threads, not tasks: a timer of
/// the thread pool is late by a millisecond or more. On a line of limited width a millisecond does not count and bytes never stop coming, so
/// there it sleeps where it would else wait busily.
/// </remarks>
internal sealed class DelayProxy : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly int _targetPort;
    private readonly TimeSpan _delay;
    private readonly double _bytesPerSecond;

    /// <summary>Listens on a port of its own.</summary>
    /// <param name="targetPort">The server's port.</param>
    /// <param name="delay">One way.</param>
    /// <param name="bytesPerSecond">What passes in each direction; infinite when left out.</param>
    public DelayProxy(int targetPort, TimeSpan delay, double bytesPerSecond = double.PositiveInfinity)
    {
        (_targetPort, _delay, _bytesPerSecond) = (targetPort, delay, bytesPerSecond);
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
        Start(Accept);
    }

    public int Port => ((IPEndPoint)_listening.LocalEndPoint!).Port;

    private bool IsWide => double.IsPositiveInfinity(_bytesPerSecond);

    public void Dispose() => _listening.Dispose();

    private static void Start(ThreadStart work) => new Thread(work) { IsBackground = true }.Start();

    private void SleepUntil(long due)
    {
        TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        if (left > TimeSpan.FromMilliseconds(1)) Thread.Sleep(left - TimeSpan.FromMilliseconds(1));
        if (!IsWide) return;
        while (Stopwatch.GetTimestamp() < due) Thread.Yield();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket client = _listening.Accept();
                long due = Stopwatch.GetTimestamp() + Ticks(_delay.TotalSeconds);
                Start(() => Join(client, due));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);

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
        // A line of limited width holds what fits on its way and as much again in front of it; a sender who is faster has to wait, as TCP would make him.
        var flying = IsWide
            ? new BlockingCollection<(long Due, byte[] Bytes)>()
            : new BlockingCollection<(long Due, byte[] Bytes)>((int)(4 * _delay.TotalSeconds * _bytesPerSecond / BufferBytes) + 16);
        Start(() => Receive(from, flying));
        Start(() => Deliver(flying, to));
    }

    private void Receive(Socket from, BlockingCollection<(long Due, byte[] Bytes)> flying)
    {
        byte[] buffer = new byte[BufferBytes];
        int length = 0;
        long free = 0;
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

            free = Math.Max(free, Stopwatch.GetTimestamp()) + Ticks(length / _bytesPerSecond);
            flying.Add((free + Ticks(_delay.TotalSeconds), buffer[..length]));
        }
        while (length > 0);
        flying.CompleteAdding();
    }

    private void Deliver(BlockingCollection<(long Due, byte[] Bytes)> flying, Socket to)
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
