using Nacre.Forwarding;

namespace Nacre.Server;

/// <summary>A forward that a client did not get, for whoever keeps a log.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="Endpoint">Where it was to lead or to listen; the host or the path is the client's word for it.</param>
/// <param name="Reason">The system's reason; empty where the policy refused.</param>
internal readonly record struct ForwardTrouble(ForwardTroubleKind Kind, SocketEndpoint Endpoint, string Reason);
