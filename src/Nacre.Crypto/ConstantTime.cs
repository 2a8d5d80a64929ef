using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>Comparison and selection whose time does not depend on the data; lengths are public.</summary>
internal static class ConstantTime
{
    public static bool Equals(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        CryptographicOperations.FixedTimeEquals(left, right);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    public static bool IsZero(ReadOnlySpan<byte> bytes)
    {
        int any = 0;
        foreach (byte value in bytes)
            any |= value;
        return any == 0;
    }

    /// <summary>0xFF when the spans differ, 0 when they are equal; for the callers that must go on without a branch.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    public static byte DifferenceMask(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length)
            throw new ArgumentException("both sides must have the same length", nameof(right));
        int any = 0;
        for (int i = 0; i < left.Length; i++)
            any |= left[i] ^ right[i];
        return (byte)(-any >> 31);
    }

    /// <summary>Replaces <paramref name="target"/> by <paramref name="source"/> where <paramref name="mask"/> is 0xFF, keeps it where it is 0.</summary>
    public static void ConditionalCopy(byte mask, ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (source.Length != target.Length)
            throw new ArgumentException("both sides must have the same length", nameof(target));
        for (int i = 0; i < target.Length; i++)
            target[i] ^= (byte)(mask & (target[i] ^ source[i]));
    }
}
