using Nacre.Crypto;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Fuzz;

/// <summary>
/// All that a stranger can send before there are keys: the bytes of a whole handshake, damaged, to each end. The ends draw the same
/// random numbers each time, so that the undamaged bytes fit and a damaged one is met as deep in the handshake as it lies.
/// </summary>
internal static class HandshakeTargets
{
    private static readonly PrivateKey HostKey = PrivateKey.GenerateEd25519();
    private static readonly PacketPool Pool = new();

    public static IEnumerable<FuzzTarget> All()
    {
        foreach (string method in new[] { "curve25519-sha256", "ecdh-sha2-nistp256", "mlkem768x25519-sha256", "diffie-hellman-group-exchange-sha256" })
        {
            (byte[] toServer, byte[] toClient) = Record(method);
            yield return Target($"server-{method}", isClient: false, method, toServer);
            yield return Target($"client-{method}", isClient: true, method, toClient);
        }
    }

    private static FuzzTarget Target(string name, bool isClient, string method, byte[] recorded) =>
        new(name, input => Feed(isClient, method, input), [recorded])
        {
            IsRefusal = static exception => exception is SshViolationException or SshDisconnectedException or KeyFormatException,
            AllocationAllowance = 2 << 20,
            Words = ["SSH-2.0-", "\r\n"],
        };

    private static void Feed(bool isClient, string method, byte[] input)
    {
        using SecureTransport transport = Make(isClient, method);
        byte[] output = new byte[PacketLimits.MaxPacketLength + (64 * 1024)];
        transport.Start();
        int used = Deliver(transport, input);
        while (transport.Fill(output) > 0)
        {
            // What the end answers is of no interest; that it can be sealed is.
        }

        if (used > input.Length || transport.IsAuthenticated)
        {
            throw new InvalidOperationException(transport.IsAuthenticated ? "nobody has authenticated" : "more was read than came");
        }
    }

    /// <summary>Runs one handshake between two ends and returns what went each way.</summary>
    private static (byte[] ToServer, byte[] ToClient) Record(string method)
    {
        using SecureTransport client = Make(isClient: true, method);
        using SecureTransport server = Make(isClient: false, method);
        (List<byte> toServer, List<byte> toClient) = ([], []);
        (int readByServer, int readByClient) = (0, 0);
        client.Start();
        server.Start();
        while (Take(client, toServer) + Take(server, toClient) > 0)
        {
            readByServer += Deliver(server, toServer.Skip(readByServer).ToArray());
            readByClient += Deliver(client, toClient.Skip(readByClient).ToArray());
        }

        return ([.. toServer], [.. toClient]);
    }

    private static int Take(SecureTransport from, List<byte> into)
    {
        byte[] output = new byte[PacketLimits.MaxPacketLength + (64 * 1024)];
        int total = 0;
        while (from.Fill(output) is > 0 and int length)
        {
            into.AddRange(output.AsSpan(0, length));
            total += length;
        }

        return total;
    }

    private static int Deliver(SecureTransport to, byte[] bytes)
    {
        ValueTask<int> receiving = to.ReceiveAsync(bytes, CancellationToken.None);
        return receiving.IsCompleted ? receiving.GetAwaiter().GetResult() : throw new InvalidOperationException("the transport waits for something");
    }

    private static SecureTransport Make(bool isClient, string method)
    {
        AlgorithmSelection algorithms = (isClient ? AlgorithmSelection.ClientDefault : AlgorithmSelection.ServerDefault) with
        {
            KexAlgorithms = [method],
            HostKeyAlgorithms = ["ssh-ed25519"],
        };
        return new SecureTransport(
            new TransportOptions
            {
                IsClient = isClient,
                Algorithms = algorithms,
                Identification = "SSH-2.0-Fuzz",
                Pool = Pool,
                Random = new SameEachTime(isClient ? 1u : 2u),
                HostKeyJudge = isClient ? new Credulous() : null,
                HostKeys = isClient ? [] : [HostKey],
            },
            static _ => new Sink());
    }

    private sealed class SameEachTime(uint seed) : IRandomSource
    {
        private readonly Dice dice = new(seed);

        public void Fill(Span<byte> destination)
        {
            foreach (ref byte each in destination)
            {
                each = (byte)dice.Next();
            }
        }
    }

    private sealed class Credulous : IHostKeyJudge
    {
        public ValueTask<bool> IsTrustedAsync(PublicKey hostKey, CancellationToken ct) => new(true);
    }

    private sealed class Sink : IPacketSink
    {
        public ValueTask OnPacketAsync(Packet packet, CancellationToken ct)
        {
            packet.Dispose();
            return ValueTask.CompletedTask;
        }

        public void OnClosed(Exception? error)
        {
        }
    }
}
