using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.Macs;

/// <summary>Authenticates the packets of one direction under one key (RFC 4253 6.4). What is authenticated comes in two pieces, of which either may be empty.</summary>
internal abstract class PacketMac : IDisposable
{
    private const int MaxTagLength = 64;

    private static readonly byte[] Filler = new byte[4096];

    public abstract int TagLength { get; }

    public abstract void Compute(uint sequence, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> tag);

    public bool Verify(uint sequence, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> tag)
    {
        Span<byte> expected = stackalloc byte[MaxTagLength];
        expected = expected[..TagLength];
        Compute(sequence, first, second, expected);
        return ConstantTime.Equals(expected, tag);
    }

    /// <summary>Takes the time that so many bytes more would have taken.</summary>
    public void Spend(int count)
    {
        Span<byte> tag = stackalloc byte[MaxTagLength];
        for (; count > 0; count -= Filler.Length) Compute(0, [], Filler.AsSpan(0, Math.Min(count, Filler.Length)), tag[..TagLength]);
    }

    public abstract void Dispose();
}
