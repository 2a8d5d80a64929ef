using Nacre.Protocol.Keys;

namespace Nacre.Agent;

/// <summary>Opens the libraries that speak with tokens, for an agent that was asked to add their keys or a client that is to log in with them.</summary>
/// <remarks>
/// A library is code of somebody else's: load it in another process. A client asks for what its configuration names, as it stands there. The agent asks only for files that <see cref="AgentServerOptions.AllowsProvider"/> lets
/// through, by their real paths, and never for somebody who comes from another host (CVE-2023-38408).
/// </remarks>
public interface ITokenLibrary
{
    /// <summary>Opens a library and lists the keys of its tokens; one that is open already lists them again.</summary>
    /// <param name="path">The library's path.</param>
    /// <param name="pin">What opens the token; empty for none.</param>
    /// <param name="ct">Cancels waiting for the token.</param>
    /// <returns>The keys; none when the library or the token cannot be used.</returns>
    ValueTask<IReadOnlyList<TokenKey>> OpenAsync(string path, ReadOnlyMemory<byte> pin, CancellationToken ct);

    /// <summary>Closes a library.</summary>
    /// <param name="path">The library's path.</param>
    /// <param name="ct">Cancels waiting for it.</param>
    /// <returns>False when it was not open.</returns>
    ValueTask<bool> CloseAsync(string path, CancellationToken ct);
}

/// <summary>A key of a token.</summary>
/// <param name="Signer">Signs with it. Where it is disposable, an agent disposes of it when it has the key no more: when its time is over, or somebody took it out.</param>
/// <param name="Comment">What the token calls it; empty for the library's path.</param>
public sealed record TokenKey(ISigner Signer, string Comment);
