using System.Buffers;
using System.Text;
using Nacre.Forwarding;
using Nacre.Forwarding.X11;
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
        new("socks", FeedSocks, [Convert.FromHexString("0401005000000001006c6f63616c686f737400"), Convert.FromHexString("050100050100030377656201bb"), [5, 2, 0, 2, 5, 1, 0, 1, 127, 0, 0, 1, 0, 80]]),
        new("x11 setup", FeedX11Setup, [[0x6c, 0, 11, 0, 0, 0, 4, 0, 4, 0, 0, 0, .. "namedata"u8], [0x42, 0, 0, 11, 0, 0, 0, 1, 0, 5, 0, 0, .. "p   cooki   "u8]]),
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

    /// <summary>What a SOCKS client says: a target that can be connected to, or a refusal, or too little.</summary>
    private static void FeedSocks(byte[] input)
    {
        var socks = new SocksConversation(new MemoryStream(input), new MemoryStream());
        try
        {
            TcpEndpoint target = socks.ReadRequestAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
            if (target.Host.Length == 0 || target.Port is < 1 or > ushort.MaxValue) throw new InvalidOperationException($"{target} is no target");
        }
        catch (Exception expected) when (expected is SocksException or EndOfStreamException)
        {
            // It was no request.
        }
    }

    /// <summary>The first message of an X11 client: what is found in it lies within it, and one byte less is too little.</summary>
    private static void FeedX11Setup(byte[] input)
    {
        if (X11Setup.Parse(input, out X11Setup setup) != OperationStatus.Done) return;
        bool isWithin = setup.Length <= input.Length && setup.Cookie.End.Value <= setup.Length && setup.Protocol.End.Value <= setup.Cookie.Start.Value;
        if (!isWithin || X11Setup.Parse(input.AsSpan(0, setup.Length - 1), out _) != OperationStatus.NeedMoreData)
        {
            throw new InvalidOperationException("an authorization was found where there is none");
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
