using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>The operating system's generator, which is the only one that products use.</summary>
internal sealed class SystemRandom : IRandomSource
{
    public static readonly SystemRandom Instance = new();

    private SystemRandom()
    {
    }

    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
