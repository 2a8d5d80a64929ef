using System.Net.Sockets;

namespace Nacre.Server;

/// <summary>Where X11 displays are made for sessions.</summary>
public sealed record X11Listening
{
    /// <summary>The first number that is tried; those below are left to X servers of this machine.</summary>
    public int DisplayOffset { get; init; } = 10;

    /// <summary>True to listen on the loopback addresses only, so that only programs of this machine reach the client's display.</summary>
    public bool IsLocal { get; init; } = true;

    /// <summary>The addresses to listen on: those of one family, or of both.</summary>
    public AddressFamily Family { get; init; } = AddressFamily.Unspecified;
}
