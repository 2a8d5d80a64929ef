namespace Nacre.Crypto;

/// <summary>Where fresh keys take their bytes from; tests put a fixed stream in its place.</summary>
internal interface IRandomSource
{
    void Fill(Span<byte> destination);
}
