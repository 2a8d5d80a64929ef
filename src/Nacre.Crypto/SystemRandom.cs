using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>The operating system's generator, which is the only one that products use.</summary>
/// <remarks>
/// It is asked without a way round. The base library asks libcrypto's generator, which is seeded by this one and costs three million instructions before its first byte;
/// and there is no state here that a fork or a snapshot of the machine could double.
/// </remarks>
internal sealed unsafe partial class SystemRandom : IRandomSource
{
    public static readonly SystemRandom Instance = new();

    private const int Interrupted = 4;

    private SystemRandom()
    {
    }

    public void Fill(Span<byte> destination)
    {
        fixed (byte* bytes = destination)
        {
            for (int filled = 0; filled < destination.Length;)
            {
                nint count = getrandom(bytes + filled, (nuint)(destination.Length - filled), 0);
                if (count > 0)
                    filled += (int)count;
                else if (Marshal.GetLastPInvokeError() != Interrupted)
                    throw new CryptographicException($"the system gave no random bytes: error {Marshal.GetLastPInvokeError()} of getrandom");
            }
        }
    }

    /// <summary>So many random bytes.</summary>
    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    /// <summary>So many random bytes as lower-case hexadecimal digits, for names that nobody else has.</summary>
    public string Hex(int bytes)
    {
        Span<byte> random = bytes <= 64 ? stackalloc byte[bytes] : new byte[bytes];
        Fill(random);
        return Convert.ToHexStringLower(random);
    }

    /// <summary>Characters, each of which is any of <paramref name="choices"/> with equal probability.</summary>
    public string Text(ReadOnlySpan<char> choices, int length)
    {
        Span<char> text = length <= 64 ? stackalloc char[length] : new char[length];
        for (int i = 0; i < length; i++)
            text[i] = choices[Below(choices.Length)];
        return text.ToString();
    }

    /// <summary>A number of at least zero and less than <paramref name="limit"/>, each with equal probability.</summary>
    public int Below(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);

        // What does not fill another round of all numbers would favour the low ones.
        uint rounds = uint.MaxValue / (uint)limit;
        uint drawn;
        do
            Fill(new Span<byte>(&drawn, sizeof(uint)));
        while (drawn >= rounds * (uint)limit);
        return (int)(drawn % (uint)limit);
    }

    // Waits, if need be, until the kernel has gathered enough after the start of the machine.
    [LibraryImport("libc", SetLastError = true)]
    private static partial nint getrandom(byte* buffer, nuint length, uint flags);
}
