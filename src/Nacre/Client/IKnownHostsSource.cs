using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>Gives lines of known_hosts that are in no file: a directory's, a command's (KnownHostsCommand).</summary>
public interface IKnownHostsSource
{
    /// <summary>Finds the lines about a host.</summary>
    /// <param name="question">The host, and what for.</param>
    /// <param name="ct">Cancels the search.</param>
    /// <returns>The text of a known_hosts file; lines about other hosts do no harm.</returns>
    /// <exception cref="Protocol.Wire.SshException">The search failed, and no key is trusted then.</exception>
    ValueTask<string> ReadAsync(KnownHostsQuestion question, CancellationToken ct);
}

/// <summary>What a client wants to know of an <see cref="IKnownHostsSource"/>.</summary>
/// <param name="Purpose">What for.</param>
/// <param name="Name">The name that known_hosts has for the host, such as example.org or [example.org]:2222.</param>
/// <param name="Key">The key that the server showed; null before it has shown one.</param>
public sealed record KnownHostsQuestion(KnownHostsPurpose Purpose, string Name, PublicKey? Key);

/// <summary>What known hosts are looked for.</summary>
public enum KnownHostsPurpose
{
    /// <summary>To find out which types of keys to ask the server for first.</summary>
    Order,

    /// <summary>To judge a key by the host's name.</summary>
    HostName,

    /// <summary>To judge a key by the host's address.</summary>
    Address,
}
