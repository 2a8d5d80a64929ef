using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>
/// Holds key material for one owner, and erases it when that owner disposes of it.
/// The bytes are pinned, so that the collector never leaves a copy behind when it compacts the heap, and nothing prints them.
/// </summary>
internal sealed class Secret : IDisposable
{
    private readonly byte[] bytes;
    private bool isDisposed;

    /// <summary>Creates a secret of <paramref name="length"/> zero bytes for the owner to fill.</summary>
    public Secret(int length) => bytes = GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>The net under an owner that forgot: the bytes do not outlive the object.</summary>
    ~Secret() => CryptographicOperations.ZeroMemory(bytes);

    public int Length => bytes.Length;

    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return bytes;
        }
    }

    /// <summary>The same bytes as memory, for callers that await while they use them.</summary>
    public Memory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return bytes;
        }
    }

    public static Secret CopyOf(ReadOnlySpan<byte> source)
    {
        var secret = new Secret(source.Length);
        source.CopyTo(secret.bytes);
        return secret;
    }

    public static Secret Random(int length, IRandomSource random)
    {
        var secret = new Secret(length);
        random.Fill(secret.bytes);
        return secret;
    }

    public bool FixedTimeEquals(ReadOnlySpan<byte> other) => ConstantTime.Equals(Span, other);

    public void Dispose()
    {
        isDisposed = true;
        CryptographicOperations.ZeroMemory(bytes);
        GC.SuppressFinalize(this);
    }

    public override string ToString() => "[secret]";
}
