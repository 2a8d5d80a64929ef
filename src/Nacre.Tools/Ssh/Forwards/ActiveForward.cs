using Nacre.Config.Values;
using Nacre.Forwarding;

namespace Nacre.Tools.Ssh.Forwards;

/// <summary>A forward that listens.</summary>
/// <param name="Kind">Which side listens.</param>
/// <param name="Asked">As it was asked for.</param>
/// <param name="Listening">Where it listens, with the port that was chosen where 0 was asked for.</param>
/// <param name="Handle">Ends it when disposed of.</param>
internal sealed record ActiveForward(ForwardKind Kind, Forward Asked, SocketEndpoint Listening, IAsyncDisposable Handle);
