using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>A global or channel request of the peer's, which keeps its packet until it is answered.</summary>
internal sealed class IncomingRequest : IDisposable
{
    private readonly Packet _packet;
    private readonly PendingBytes _pending;
    private readonly ReadOnlyMemory<byte> _fields;

    /// <summary>Takes the packet over, unless the budget for what waits is used up.</summary>
    public IncomingRequest(Packet packet, PendingBytes pending, ReadOnlySpan<byte> name, bool wantsReply, int fieldsLength)
    {
        if (!pending.TryAdd(packet.Capacity))
        {
            throw new SshViolationException(Violation.TooMuchPending, "Too many requests wait for an answer.");
        }

        _packet = packet;
        _pending = pending;
        _fields = packet.PayloadMemory[^fieldsLength..];
        Name = NameFrom(name);
        WantsReply = wantsReply;
    }

    /// <summary>The name; empty when it is longer than names may be.</summary>
    public string Name { get; }

    public bool WantsReply { get; }

    /// <summary>The fields as they came, for whoever passes the request on; they live until it is answered.</summary>
    public ReadOnlySpan<byte> Fields => _fields.Span;

    /// <summary>Reads the fields that the request has; the spans live until the request is answered.</summary>
    public T Read<T>()
        where T : IRecord<T>, allows ref struct => Message.ReadRecord<T>(_fields.Span);

    public void Dispose()
    {
        _pending.Remove(_packet.Capacity);
        _packet.Dispose();
    }

    /// <summary>A request name or channel type as text that is compared as a whole (RFC 4250 4.6.1: at most 64 characters).</summary>
    internal static string NameFrom(ReadOnlySpan<byte> name) => name.Length > NameList.MaxNameLength ? "" : Encoding.UTF8.GetString(name);
}
