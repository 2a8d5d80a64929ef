using System.Text;
using Nacre.Crypto;

namespace Nacre.Protocol.Authentication;

/// <summary>A password, passphrase or secret answer: UTF-8 bytes that are erased when their owner disposes of them, and that nothing prints.</summary>
public sealed class Password : IDisposable
{
    /// <summary>The longest password in bytes.</summary>
    public const int MaxLength = 32 * 1024;

    private readonly Secret _bytes;

    /// <summary>Copies a password from characters; erasing those stays the caller's duty.</summary>
    /// <param name="characters">The password as typed.</param>
    /// <exception cref="ArgumentException">It is longer than <see cref="MaxLength"/> bytes.</exception>
    public Password(ReadOnlySpan<char> characters)
    {
        _bytes = New(Encoding.UTF8.GetByteCount(characters));
        Encoding.UTF8.GetBytes(characters, _bytes.Span);
    }

    /// <summary>Copies a password from UTF-8 bytes; erasing those stays the caller's duty.</summary>
    /// <param name="utf8">The password as it goes on the wire.</param>
    /// <exception cref="ArgumentException">It is longer than <see cref="MaxLength"/> bytes.</exception>
    public Password(ReadOnlySpan<byte> utf8)
    {
        _bytes = New(utf8.Length);
        utf8.CopyTo(_bytes.Span);
    }

    /// <summary>The bytes; valid until the password is disposed of.</summary>
    public ReadOnlySpan<byte> Utf8 => _bytes.Span;

    /// <summary>Compares in a time that depends on the lengths only.</summary>
    /// <param name="utf8">What it should be.</param>
    /// <returns>True when the bytes are equal.</returns>
    public bool FixedTimeEquals(ReadOnlySpan<byte> utf8) => _bytes.FixedTimeEquals(utf8);

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    /// <inheritdoc/>
    public override string ToString() => "[secret]";

    private static Secret New(int length) => length <= MaxLength
        ? new Secret(length)
        : throw new ArgumentException($"A password may have {MaxLength} bytes, not {length}.");
}
