using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Fuzz;

/// <summary>Every target: one row for each parser that meets bytes of a stranger.</summary>
internal static class Targets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("printable", FeedPrintable, ["text\n"u8.ToArray(), "\e]0;title\a\u202e"u8.ToArray(), [0xff, 0xc3]]),
        .. HandshakeTargets.All(),
        .. KeyTargets.All(),
        .. AuthenticationTargets.All(),
        .. ConfigTargets.All(),
        .. MessageTargets.All(),
        ConnectionTarget.Create(),
    ];

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
