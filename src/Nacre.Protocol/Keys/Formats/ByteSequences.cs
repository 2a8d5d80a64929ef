using System.Diagnostics.CodeAnalysis;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Compares arrays by their bytes, for sets of them.</summary>
internal sealed class ByteSequences : IEqualityComparer<byte[]>
{
    public static readonly ByteSequences Instance = new();

    private ByteSequences()
    {
    }

    /// <summary>The arrays in the order of their bytes.</summary>
    public static byte[][] Ascending(IReadOnlyCollection<byte[]> arrays)
    {
        byte[][] sorted = [.. arrays];
        Array.Sort(sorted, static (one, other) => one.AsSpan().SequenceCompareTo(other));
        return sorted;
    }

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj)
    {
        var hash = default(HashCode);
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }
}
