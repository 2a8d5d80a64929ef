using System.Net;
using System.Net.Sockets;

namespace Nacre.Forwarding;

/// <summary>How a TCP connection is made, where the plain way will not do.</summary>
internal sealed record DialOptions
{
    /// <summary>Any address of the host, once, for as long as the system tries.</summary>
    public static DialOptions Default { get; } = new();

    /// <summary>The addresses to use: those of one family, or all.</summary>
    public AddressFamily Family { get; init; } = AddressFamily.Unspecified;

    /// <summary>The local address or host name to connect from; null leaves it to the system.</summary>
    public string? BindAddress { get; init; }

    /// <summary>The network interface whose address to connect from; null leaves it to the system. <see cref="BindAddress"/> comes first.</summary>
    public string? BindInterface { get; init; }

    /// <summary>How long one address may take; zero for as long as the system tries.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>How often all addresses are gone through, with <see cref="Pause"/> between.</summary>
    public int Attempts { get; init; } = 1;

    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Hears of the addresses of the name.</summary>
    public Action<IReadOnlyList<IPAddress>>? OnResolved { get; init; }

    /// <summary>Hears of each address before it is tried.</summary>
    public Action<IPAddress>? OnTrying { get; init; }

    /// <summary>Hears of each address that could not be connected to, and why.</summary>
    public Action<IPAddress, SocketException>? OnFailed { get; init; }
}
