namespace Nacre.Protocol.Mux;

/// <summary>What the field of a port says where there is none.</summary>
internal static class MuxPort
{
    /// <summary>PROTOCOL.mux 6: (unsigned int) -2, "treated as a unix socket path name".</summary>
    public const uint UnixSocket = unchecked((uint)-2);
}
