using System.Text;
using Nacre.Protocol.Sftp;

namespace Nacre.Scp;

/// <summary>One control record of the scp protocol, which is a line: C0644 12 name, D0755 0 name, E, or T1 0 2 0.</summary>
/// <remarks>There is no standard; this is what rcp spoke and scp speaks. What is wrong is told in OpenSSH's words.</remarks>
internal readonly record struct ScpRecord
{
    /// <summary>Permissions that are sent and taken over: no set-user-id, no set-group-id .</summary>
    public const uint PermissionMask = 0x1ff;

    private const int ModeDigits = 4, MaxMicroseconds = 999_999;

    public required ScpRecordKind Kind { get; init; }

    /// <summary>The permissions of a file or directory.</summary>
    public uint Permissions { get; init; }

    /// <summary>The bytes of a file.</summary>
    public long Size { get; init; }

    /// <summary>The name of a file or directory, as it came; whether it is one, <see cref="Nacre.Sftp.PlainName"/> says.</summary>
    public string Name { get; init; }

    public ScpTimes Times { get; init; }

    /// <summary>Reads a record.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="record">The record.</param>
    /// <param name="fault">What is wrong with it, where something is.</param>
    public static bool TryParse(ReadOnlySpan<byte> line, out ScpRecord record, out string fault)
    {
        record = default;
        switch (line.IsEmpty ? default : (char)line[0])
        {
            case 'E' when line.Length == 1:
                record = new ScpRecord { Kind = ScpRecordKind.End };
                fault = "";
                return true;
            case 'T':
                return TryParseTimes(line[1..], out record, out fault);
            case 'C' or 'D':
                return TryParseEntry(line[1..], line[0] == 'C' ? ScpRecordKind.File : ScpRecordKind.Directory, out record, out fault);
            default:
                fault = line.IsEmpty ? "unexpected <newline>" : "expected control record";
                return false;
        }
    }

    /// <summary>The line, with its end.</summary>
    public byte[] Encode() => Kind switch
    {
        ScpRecordKind.File => [.. Encoding.ASCII.GetBytes($"C{Octal} {Size} "), .. FileNameText.Encode(Name), (byte)'\n'],
        ScpRecordKind.Directory => [.. Encoding.ASCII.GetBytes($"D{Octal} 0 "), .. FileNameText.Encode(Name), (byte)'\n'],
        ScpRecordKind.Times => Encoding.ASCII.GetBytes($"T{Times.Modified} 0 {Times.Accessed} 0\n"),
        _ => "E\n"u8.ToArray(),
    };

    private string Octal => Convert.ToString((int)(Permissions & PermissionMask), 8).PadLeft(ModeDigits, '0');

    private static bool TryParseTimes(ReadOnlySpan<byte> rest, out ScpRecord record, out string fault)
    {
        (ulong modified, ulong accessed) = (0, 0);
        fault = !TryTakeNumber(ref rest, out modified) ? "mtime.sec not present"
            : !TryTake(ref rest, ' ') ? "mtime.sec not delimited"
            : !TryTakeNumber(ref rest, out ulong fraction) || fraction > MaxMicroseconds || !TryTake(ref rest, ' ') ? "mtime.usec not delimited"
            : !TryTakeNumber(ref rest, out accessed) ? "atime.sec not present"
            : !TryTake(ref rest, ' ') ? "atime.sec not delimited"
            : !TryTakeNumber(ref rest, out fraction) || fraction > MaxMicroseconds || !rest.IsEmpty ? "atime.usec not delimited"
            : "";
        record = new ScpRecord { Kind = ScpRecordKind.Times, Times = new ScpTimes(modified, accessed) };
        return fault.Length == 0;
    }

    private static bool TryParseEntry(ReadOnlySpan<byte> rest, ScpRecordKind kind, out ScpRecord record, out string fault)
    {
        ulong size = 0;
        fault = !TryTakeMode(ref rest, out uint mode) ? "bad mode"
            : !TryTake(ref rest, ' ') ? "mode not delimited"
            : !TryTakeNumber(ref rest, out size) ? "size not present"
            : !TryTake(ref rest, ' ') ? "size not delimited"
            : size > long.MaxValue ? "size out of range"
            : "";
        bool isRight = fault.Length == 0;
        record = isRight ? new ScpRecord { Kind = kind, Permissions = mode & PermissionMask, Size = (long)size, Name = FileNameText.Decode(rest) } : default;
        return isRight;
    }

    private static bool TryTakeMode(ref ReadOnlySpan<byte> rest, out uint mode)
    {
        mode = 0;
        if (rest.Length < ModeDigits) return false;
        foreach (byte digit in rest[..ModeDigits])
        {
            if (digit is < (byte)'0' or > (byte)'7') return false;
            mode = (mode << 3) | (uint)(digit - '0');
        }

        rest = rest[ModeDigits..];
        return true;
    }

    // A number too large for any use stays at the largest, as with strtoull(3).
    private static bool TryTakeNumber(ref ReadOnlySpan<byte> rest, out ulong number)
    {
        number = 0;
        int digits = 0;
        for (; digits < rest.Length && char.IsAsciiDigit((char)rest[digits]); digits++)
        {
            uint digit = (uint)(rest[digits] - '0');
            number = number > (ulong.MaxValue - digit) / 10 ? ulong.MaxValue : (number * 10) + digit;
        }

        rest = rest[digits..];
        return digits > 0;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, char expected)
    {
        if (rest.IsEmpty || rest[0] != expected) return false;
        rest = rest[1..];
        return true;
    }
}
