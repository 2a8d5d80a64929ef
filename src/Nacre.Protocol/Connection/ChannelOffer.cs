using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>A CHANNEL_OPEN of the peer's that waits for an answer.</summary>
/// <param name="type">The channel type; empty when it is longer than names may be.</param>
/// <param name="fields">The fields of the type; they live until the answer is there.</param>
internal sealed class ChannelOffer(string type, ReadOnlyMemory<byte> fields)
{
    public string Type => type;

    /// <summary>The fields as they came, for whoever passes the offer on.</summary>
    public ReadOnlySpan<byte> Fields => fields.Span;

    /// <summary>Reads the fields that the channel type has.</summary>
    public T Read<T>()
        where T : IRecord<T>, allows ref struct => Message.ReadRecord<T>(fields.Span);
}
