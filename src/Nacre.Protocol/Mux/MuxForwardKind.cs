namespace Nacre.Protocol.Mux;

/// <summary>What a <see cref="MuxForward"/> is (PROTOCOL.mux 11).</summary>
internal enum MuxForwardKind : uint
{
    Local = 1,
    Remote = 2,
    Dynamic = 3,
}
