using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Nacre.Unix;

/// <summary>What is said over the line to a <see cref="SessionKeeper"/>: a length, and strings that each end with a NUL, of which the first says what it is.</summary>
/// <remarks>
/// Until <see cref="Serve"/> the one who speaks is root, as the keeper is. Whoever has the line afterwards has a user's rights, and may
/// say anything. The first string behind the name of an answer is empty when all is well, and else says what is not.
/// </remarks>
internal static class KeeperFrame
{
    /// <summary>From root: orders come from the user from now on.</summary>
    public const string Serve = "serve";

    /// <summary>From root, in place of <see cref="Serve"/>: start a process of our own, which becomes its user by itself.</summary>
    public const string StartOwn = "start-own";

    /// <summary>Start a program as the user.</summary>
    public const string Start = "start";

    /// <summary>The end of a program has been heard of; its number may be somebody else's now.</summary>
    public const string Reap = "reap";

    /// <summary>The session is open, or is not to be had.</summary>
    public const string Opened = "opened";

    /// <summary>A program has started, or could not be.</summary>
    public const string Started = "started";

    /// <summary>A program has ended.</summary>
    public const string Exited = "exited";

    /// <summary>More than the kernel takes as the arguments and environment of a program, which is at most 6 MiB (execve(2)).</summary>
    public const int LongestBytes = 8 * 1024 * 1024;

    public const int HeaderBytes = sizeof(int);

    /// <summary>The most descriptors that go with a frame: the three standard ones.</summary>
    public const int MostDescriptors = 3;

    /// <summary>The length of the rest of a frame, from its header.</summary>
    /// <exception cref="InvalidDataException">It is out of range.</exception>
    public static int LengthOf(ReadOnlySpan<byte> header)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        return length is >= 0 and <= LongestBytes ? length : throw new InvalidDataException("A keeper's frame has a length out of range.");
    }

    /// <exception cref="UnixException">It is longer than any may be.</exception>
    public static byte[] Of(CStrings strings)
    {
        byte[] content = strings.ToBytes();
        if (content.Length > LongestBytes)
            throw new UnixException(Errno.E2BIG, "tell the keeper of a session");
        byte[] frame = new byte[HeaderBytes + content.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, content.Length);
        content.CopyTo(frame, HeaderBytes);
        return frame;
    }

    /// <summary>Sends a frame; the caller sees to it that no other is sent meanwhile.</summary>
    /// <exception cref="UnixException">The keeper has gone.</exception>
    public static async Task SendAsync(Socket line, CStrings strings, IReadOnlyList<SafeHandle> descriptors, CancellationToken ct)
    {
        try
        {
            await DescriptorPassing.SendAsync(line, Of(strings), descriptors, ct).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            throw Gone();
        }
    }

    /// <summary>Waits for the next frame; null when the keeper has gone.</summary>
    /// <exception cref="InvalidDataException">What came is none.</exception>
    public static async Task<CStrings?> ReceiveAsync(Socket line, CancellationToken ct)
    {
        byte[] header = new byte[HeaderBytes];
        if (!await TryFillAsync(line, header, ct).ConfigureAwait(false))
            return null;
        byte[] content = new byte[LengthOf(header)];
        return await TryFillAsync(line, content, ct).ConfigureAwait(false) ? CStrings.Parse(content) : null;
    }

    /// <summary>What is said where the keeper has gone.</summary>
    public static UnixException Gone() => new(Errno.EPIPE, "speak with the keeper of a session");

    /// <summary>Puts a list into another, with its length before it.</summary>
    public static void AddCounted(CStrings frame, CStrings list)
    {
        frame.Add(Text(list.Count));
        for (int i = 0; i < list.Count; i++)
            frame.Add(list[i]);
    }

    /// <summary>Takes a list out of another, from where its length stands, and goes on behind it.</summary>
    public static CStrings TakeCounted(CStrings frame, ref int next)
    {
        int count = NumberAt(frame, next++);
        if (count < 0 || count > frame.Count - next)
            throw new InvalidDataException("A keeper's frame ends within a list.");
        CStrings list = [];
        for (int i = 0; i < count; i++)
            list.Add(frame[next++]);
        return list;
    }

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string TextAt(CStrings frame, int index) =>
        index < frame.Count ? Encoding.UTF8.GetString(frame[index]) : throw new InvalidDataException("A keeper's frame is too short.");

    public static int NumberAt(CStrings frame, int index) =>
        int.TryParse(TextAt(frame, index), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : throw NoNumber();

    public static uint IdAt(CStrings frame, int index) =>
        uint.TryParse(TextAt(frame, index), NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : throw NoNumber();

    private static InvalidDataException NoNumber() => new("A keeper's frame has no number where there should be one.");

    private static async Task<bool> TryFillAsync(Socket line, Memory<byte> buffer, CancellationToken ct)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                int count = await line.ReceiveAsync(buffer, SocketFlags.None, ct).ConfigureAwait(false);
                if (count == 0)
                    return false;
                buffer = buffer[count..];
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return false;
        }

        return true;
    }
}
