using Nacre.Crypto;

namespace Nacre.Tools.Shared;

/// <summary>Reads what is secret from a stream to its end, into memory that is erased.</summary>
internal static class SecretInput
{
    /// <exception cref="IOException">There is more than so many bytes, or the stream cannot be read.</exception>
    public static async Task<Secret> ReadAsync(Stream stream, int mostBytes)
    {
        // One byte more than there should be, to see that there is no more.
        using var room = new Secret(mostBytes + 1);
        int length = await stream.ReadAtLeastAsync(room.Memory, room.Length, throwOnEndOfStream: false).ConfigureAwait(false);
        return length <= mostBytes ? Secret.CopyOf(room.Span[..length]) : throw new IOException($"there are more than {mostBytes} bytes");
    }
}
