using System.Text;

namespace Nacre.Unix;

/// <summary>A path as the kernel takes it: any bytes but NUL, and a NUL that ends them.</summary>
internal readonly ref struct PathBytes
{
    private readonly ReadOnlySpan<byte> terminated;

    /// <summary>Takes bytes that end with a NUL and have no other.</summary>
    public PathBytes(ReadOnlySpan<byte> terminated)
    {
        if (terminated.IndexOf((byte)0) != terminated.Length - 1)
            throw new ArgumentException("A path ends with a NUL and has no other.", nameof(terminated));
        this.terminated = terminated;
    }

    /// <summary>The name of nothing, which stands for the descriptor beside it.</summary>
    public static PathBytes Empty => new("\0"u8);

    /// <summary>The bytes with the NUL.</summary>
    public ReadOnlySpan<byte> Terminated => terminated;

    /// <summary>The bytes without the NUL.</summary>
    public ReadOnlySpan<byte> Bytes => terminated[..^1];

    public bool IsEmpty => terminated.Length <= 1;

    /// <summary>A path of bytes that have no NUL yet.</summary>
    public static PathBytes Of(ReadOnlySpan<byte> bytes)
    {
        byte[] terminated = [.. bytes, 0];
        return new PathBytes(terminated);
    }

    public override string ToString() => Encoding.UTF8.GetString(Bytes);
}
