using Nacre.Crypto;
using Nacre.Tests.Algorithms;

namespace Nacre.Tests.Crypto;

/// <summary>Reads published vectors as the documents print them: hexadecimal digits with any white space.</summary>
internal static class Vectors
{
    public static byte[] Hex(string digits) => Convert.FromHexString(string.Concat(digits.Where(c => !char.IsWhiteSpace(c))));

    /// <summary>Bytes without a pattern that are the same in every run.</summary>
    public static byte[] Bytes(int length, int seed = 1) => new SeededRandom(seed).Bytes(length);

    /// <summary>What a call allocates on this thread once it has run often enough to be compiled for good.</summary>
    public static long AllocatedBy(Action call)
    {
        for (int i = 0; i < 100; i++)
            call();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            call();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}

/// <summary>A random source that hands out given bytes, each once, and fails the test where more are asked for.</summary>
internal sealed class GivenRandom(params byte[][] answers) : IRandomSource
{
    private readonly Queue<byte> remaining = new(answers.SelectMany(a => a));

    public void Fill(Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = remaining.Dequeue();
    }
}
