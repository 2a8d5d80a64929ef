using System.Text;
using Nacre.Protocol.Wire;
using Nacre.Scp;

namespace Nacre.Fuzz;

/// <summary>Every target: one row for each parser that meets bytes of a stranger.</summary>
internal static class Targets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("printable", FeedPrintable, ["text\n"u8.ToArray(), "\e]0;title\a\u202e"u8.ToArray(), [0xff, 0xc3]]),
        new("scp record", FeedScpRecord, ["C0644 12 name"u8.ToArray(), "D0755 0 d"u8.ToArray(), "T1 0 2 0"u8.ToArray(), "E"u8.ToArray()]),
        .. HandshakeTargets.All(),
        .. KeyTargets.All(),
        .. AuthenticationTargets.All(),
        .. ConfigTargets.All(),
        .. MessageTargets.All(),
        ConnectionTarget.Create(),
        SftpServerTarget.Create(),
    ];

    /// <summary>A line where a record of the scp protocol is expected: what is understood says the same when it is written and read again.</summary>
    private static void FeedScpRecord(byte[] input)
    {
        if (!ScpRecord.TryParse(input, out ScpRecord record, out _)) return;
        byte[] line = record.Encode();
        if (!ScpRecord.TryParse(line.AsSpan(..^1), out ScpRecord again, out string fault) || !again.Encode().AsSpan().SequenceEqual(line))
        {
            throw new InvalidOperationException($"a record changes when it is written and read again: {fault}");
        }
    }

    /// <summary>Text from the peer, as it reaches a terminal or a log.</summary>
    private static void FeedPrintable(byte[] input)
    {
        string shown = Printable.Escape(input);
        if (shown.EnumerateRunes().Any(Rune.IsControl))
        {
            throw new InvalidOperationException($"a control character was left in: {Convert.ToHexString(Encoding.UTF8.GetBytes(shown))}");
        }

        if (Printable.EscapeLines(input).EnumerateRunes().Any(each => Rune.IsControl(each) && each.Value is not ('\n' or '\t' or '\r')))
        {
            throw new InvalidOperationException("a control character other than a tab or a line end was left in");
        }
    }
}
