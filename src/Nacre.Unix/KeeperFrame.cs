using System.Buffers.Binary;

namespace Nacre.Unix;

/// <summary>What a <see cref="KeptSession"/> and its <see cref="SessionKeeper"/> say to each other: a length, and strings that each end with a NUL.</summary>
/// <remarks>Both ends are the same executable, and both are root. The first string of an answer is empty when all is well, and else says what is not.</remarks>
internal static class KeeperFrame
{
    /// <summary>Room for the longest command and environment that a client can send.</summary>
    public const int LongestBytes = 16 * 1024 * 1024;

    public const int HeaderBytes = sizeof(int);

    /// <summary>The length of the rest of a frame, from its header.</summary>
    /// <exception cref="InvalidDataException">It is out of range.</exception>
    public static int LengthOf(ReadOnlySpan<byte> header)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        return length is >= 0 and <= LongestBytes ? length : throw new InvalidDataException("A keeper's frame has a length out of range.");
    }

    public static byte[] Of(CStrings strings)
    {
        byte[] content = strings.ToBytes();
        byte[] frame = new byte[HeaderBytes + content.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, content.Length);
        content.CopyTo(frame, HeaderBytes);
        return frame;
    }

    /// <summary>Puts a list into another, with its length before it.</summary>
    public static void AddCounted(CStrings frame, CStrings list)
    {
        frame.Add(list.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
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

    public static string TextAt(CStrings frame, int index) =>
        index < frame.Count ? System.Text.Encoding.UTF8.GetString(frame[index]) : throw new InvalidDataException("A keeper's frame is too short.");

    public static int NumberAt(CStrings frame, int index) =>
        int.TryParse(TextAt(frame, index), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out int number)
            ? number : throw new InvalidDataException("A keeper's frame has no number where there should be one.");
}
