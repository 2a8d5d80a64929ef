using System.Diagnostics.CodeAnalysis;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Compares arrays by their bytes, for sets of them.</summary>
internal sealed class ByteSequences : IEqualityComparer<byte[]>
{
    public static readonly ByteSequences Instance = new();

    private ByteSequences()
    {
    }

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj)
    {
        var hash = default(HashCode);
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }
}
