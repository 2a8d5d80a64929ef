using System.Runtime.CompilerServices;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>Asks a server for one host key: begins a key exchange, takes the key that has signed it, and leaves.</summary>
/// <remarks>Nothing is trusted and nothing is sent that a stranger may not see; a server that does not end the exchange is left at the time limit.</remarks>
internal sealed class HostKeyProbe : IHostKeyJudge
{
    private PublicKey? _key;

    private HostKeyProbe()
    {
    }

    /// <summary>The smallest RSA key that is worth showing to anybody.</summary>
    public const int LeastRsaBits = 1024;

    /// <summary>What came of it.</summary>
    /// <param name="Identification">What the server called itself; null when it did not.</param>
    /// <param name="Key">The key, or null.</param>
    /// <param name="Error">Why there is no key.</param>
    internal sealed record Finding(string? Identification, PublicKey? Key, Exception? Error);

    /// <summary>Asks.</summary>
    /// <param name="stream">A connection to the server, which is taken over.</param>
    /// <param name="hostKeyAlgorithms">The algorithms of the key that is wanted.</param>
    /// <param name="identification">What the server is told that we are, behind SSH-2.0-.</param>
    /// <param name="limit">How long the server may take to identify itself, and how long for the rest.</param>
    /// <param name="trace">Where it is told.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<Finding> AskAsync(Stream stream, IReadOnlyList<string> hostKeyAlgorithms, string identification, TimeSpan limit, ITrace trace, CancellationToken ct)
    {
        var probe = new HostKeyProbe();
        var transport = new SecureTransport(
            new TransportOptions
            {
                IsClient = true,
                Algorithms = Everything(hostKeyAlgorithms),
                Identification = "SSH-2.0-" + identification,
                Pool = new PacketPool(),
                Trace = trace,
                HostKeyJudge = probe,
                RequiredRsaBits = LeastRsaBits,
            },
            static _ => throw new InvalidOperationException("A probe trusts no key, so that no service begins."));
        var connection = new SshConnection(stream, transport, TimeProvider.System) { DrainTime = TimeSpan.Zero, StallTime = TimeSpan.FromSeconds(1) };
        await using ConfiguredAsyncDisposable closing = connection.ConfigureAwait(false);
        connection.Start();
        Exception? error = await EndAsync(connection, transport, limit, ct).ConfigureAwait(false);
        string? peer = transport.PeerIdentification.Length > 0 ? transport.PeerIdentification : null;
        return new Finding(peer, probe._key, probe._key is null ? error : null);
    }

    ValueTask<bool> IHostKeyJudge.IsTrustedAsync(PublicKey hostKey, CancellationToken ct)
    {
        _key = hostKey;
        return ValueTask.FromResult(false);
    }

    // Old servers are asked too, so whatever there is is offered.
    private static AlgorithmSelection Everything(IReadOnlyList<string> hostKeyAlgorithms)
    {
        AlgorithmSelection usual = AlgorithmSelection.ClientDefault;
        return usual with
        {
            KexAlgorithms = [.. usual.KexAlgorithms, .. AlgorithmCatalog.KeyExchanges.Names],
            HostKeyAlgorithms = hostKeyAlgorithms,
            Ciphers = [.. usual.Ciphers, .. AlgorithmCatalog.Ciphers.Names],
            Macs = [.. usual.Macs, .. AlgorithmCatalog.Macs.Names],
        };
    }

    private static async Task<Exception?> EndAsync(SshConnection connection, SecureTransport transport, TimeSpan limit, CancellationToken ct)
    {
        bool isIdentified = false;
        while (true)
        {
            try
            {
                await connection.Completion.WaitAsync(limit, ct).ConfigureAwait(false);
                return new SshViolationException(Violation.ConnectionLost, "Connection closed by the peer.");
            }
            catch (TimeoutException) when (!isIdentified && transport.PeerIdentification.Length > 0)
            {
                isIdentified = true;
            }
            catch (TimeoutException silent)
            {
                return silent;
            }
            catch (Exception error) when (error is SshException or IOException)
            {
                return error;
            }
        }
    }
}
