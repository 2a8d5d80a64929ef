using System.Net;
using System.Net.Sockets;

namespace Nacre.Forwarding;

/// <summary>How a forward listens, and what it does with connections that lead nowhere.</summary>
public sealed record ForwardOptions
{
    /// <summary>The defaults: a Unix socket is for its owner alone and replaces nothing.</summary>
    public static ForwardOptions Default { get; } = new();

    /// <summary>Who may connect to a Unix socket that the forward listens at on this side.</summary>
    public UnixFileMode SocketMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>True to remove what is at the path of such a socket before it is listened at, such as the socket of a program that crashed.</summary>
    public bool ReplacesSocket { get; init; }

    /// <summary>Decides whether connections may be made from this side where each of them says itself where it leads; all may unless set.</summary>
    public Func<TcpEndpoint, bool>? PermitsTarget { get; init; }

    /// <summary>Hears why a connection could not be made; the forward goes on.</summary>
    public Action<Exception>? OnFailure { get; init; }

    /// <summary>Hears of an address of this side that cannot be listened at, where another address of the same name can.</summary>
    internal Action<IPAddress, SocketException>? OnAddressUnheard { get; init; }
}
