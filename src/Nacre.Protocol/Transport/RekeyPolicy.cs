namespace Nacre.Protocol.Transport;

/// <summary>Says when keys have served long enough (RFC 4253 9, RFC 4344 3).</summary>
/// <param name="Bytes">Bytes in one direction.</param>
/// <param name="Packets">Packets in one direction.</param>
/// <param name="Seconds">Time since the last exchange; 0 for no limit.</param>
internal sealed record RekeyPolicy(long Bytes, long Packets, long Seconds)
{
    /// <summary>RFC 4253 9 recommends a gigabyte or an hour; RFC 4344 3.1 recommends 2^31 packets.</summary>
    public static readonly RekeyPolicy Default = new(1L << 30, 1L << 31, 3600);

    public bool IsDue(long bytes, long packets) => bytes >= Bytes || packets >= Packets;

    public bool IsDue(TimeSpan age) => Seconds > 0 && age.TotalSeconds >= Seconds;
}
