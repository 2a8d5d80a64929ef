using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>
/// A server's transport at a packet boundary, with all that another process needs to go on as if nothing had happened; its owner erases it.
/// </summary>
/// <remarks>
/// It is taken when the user is authenticated, no key exchange is under way and all is sent. By then no compression has begun, since every
/// compression of the catalog waits for the user: so there is no state of one to carry. Two transports must never go on from one
/// snapshot: they would use the same nonces.
/// </remarks>
internal sealed class TransportSnapshot : IDisposable
{
    /// <summary>No snapshot is longer.</summary>
    public const int MaxLength = TransportFields.MaxUnprocessed + TransportFields.MaxHostKey + (8 * 1024);

    private readonly Secret _record;

    private TransportSnapshot(Secret record) => _record = record;

    /// <summary>The snapshot as it goes to the other process; keys are in it.</summary>
    public ReadOnlyMemory<byte> Bytes => _record.Memory;

    /// <summary>The fields, which live as long as the snapshot.</summary>
    public TransportFields Fields => Message.ReadRecord<TransportFields>(_record.Span);

    /// <summary>Puts the fields together.</summary>
    public static TransportSnapshot Of(scoped ref TransportFields fields) => new(Message.WriteSecretRecord(ref fields));

    /// <summary>Reads and checks what another process took; copies it, and erasing the original stays the caller's duty.</summary>
    /// <exception cref="SshException">It is no snapshot that a transport could go on from.</exception>
    public static TransportSnapshot Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _ = Message.ReadRecord<TransportFields>(bytes).Check();
        }
        catch (SshViolationException damage)
        {
            throw new SshException($"The snapshot of a transport cannot be used: {damage.Message}.", damage);
        }

        return new TransportSnapshot(Secret.CopyOf(bytes));
    }

    public void Dispose() => _record.Dispose();

    /// <summary>One line for a trace, in which no key appears.</summary>
    public override string ToString()
    {
        TransportFields fields = Fields;
        return Message.Print(ref fields);
    }
}
