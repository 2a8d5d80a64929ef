using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Nacre.Unix;

/// <summary>Tells whoever started this service how far it is, in the manner of sd_notify(3): a datagram to the socket that the environment names.</summary>
/// <remarks>Nobody listens where the variable is not set; then nothing is told. What cannot be told changes nothing else.</remarks>
internal sealed class ServiceNotice
{
    public const string Variable = "NOTIFY_SOCKET";

    private const int PatienceMs = 1000;
    private const long NanosecondsInMicrosecond = 1000;

    private readonly UnixDomainSocketEndPoint? _socket;

    private ServiceNotice(UnixDomainSocketEndPoint? socket) => _socket = socket;

    /// <summary>True where somebody listens.</summary>
    public bool IsOn => _socket is not null;

    /// <summary>Reads the environment, and takes the variable out of it: programs that are started from here are no part of the service.</summary>
    public static ServiceNotice Take()
    {
        string? name = Environment.GetEnvironmentVariable(Variable);
        _ = Libc.unsetenv(Variable);
        return To(name);
    }

    /// <summary>Tells a socket: a path, or behind an @ the name of an abstract one; anything else is nobody.</summary>
    public static ServiceNotice To(string? name)
    {
        if (name is not { Length: > 1 } || name[0] is not ('/' or '@')) return new ServiceNotice(null);
        try
        {
            return new ServiceNotice(new UnixDomainSocketEndPoint(name[0] == '@' ? "\0" + name[1..] : name));
        }
        catch (ArgumentException)
        {
            // It is longer than the name of a socket can be.
            return new ServiceNotice(null);
        }
    }

    /// <summary>The service does what it is for, from now on or again.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={status}\n");

    /// <summary>The service reads its configuration again.</summary>
    public void Reloading()
    {
        // sd_notify(3): the time of CLOCK_MONOTONIC, which is what a stopwatch counts.
        long now = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / (NanosecondsInMicrosecond * NanosecondsInMicrosecond));
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={now}\n"));
    }

    /// <summary>The service has begun to end.</summary>
    public void Stopping(string status) => Send($"STOPPING=1\nSTATUS={status}\n");

    private void Send(string state)
    {
        if (_socket is null) return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = PatienceMs };
            socket.SendTo(Encoding.UTF8.GetBytes(state), _socket);
        }
        catch (SocketException)
        {
            // Nobody listens any more.
        }
    }
}
