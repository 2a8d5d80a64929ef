using System.Text;
using Nacre.Forwarding;

namespace Nacre.Tests.Forwarding;

public sealed class SocksConversationTests
{
    private const string Pad = "the connection's own bytes";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("04 01 0050 7f000001 00", "127.0.0.1", 80)]
    [InlineData("04 01 0050 7f000001 6d6500", "127.0.0.1", 80)]
    [InlineData("04 01 ffff 00000001 00 77656200", "web", 65535)]
    [InlineData("04 01 0001 000000ff 757365720077656200", "web", 1)]
    public async Task SOCKS4_and_4a_name_a_target_and_nothing_behind_it_is_taken(string request, string host, int port)
    {
        (SocksConversation socks, MemoryStream input, MemoryStream output) = Converse(request);
        Assert.Equal(new TcpEndpoint(host, port), await socks.ReadRequestAsync(Ct));
        Assert.Equal(Pad, Rest(input));
        await socks.ReplyAsync(SocksOutcome.Succeeded, Ct);
        Assert.Equal("005A000000000000", Convert.ToHexString(output.ToArray()));
    }

    [Theory]
    [InlineData("05 01 00  05 01 00 01 7f000001 0050", "127.0.0.1", 80)]
    [InlineData("05 02 02 00  05 01 00 03 03 776562 01bb", "web", 443)]
    [InlineData("05 01 00  05 01 00 04 00000000000000000000000000000001 0016", "::1", 22)]
    public async Task SOCKS5_names_a_target_and_nothing_behind_it_is_taken(string request, string host, int port)
    {
        (SocksConversation socks, MemoryStream input, MemoryStream output) = Converse(request);
        Assert.Equal(new TcpEndpoint(host, port), await socks.ReadRequestAsync(Ct));
        Assert.Equal(Pad, Rest(input));
        await socks.ReplyAsync(SocksOutcome.Succeeded, Ct);
        Assert.Equal("0500" + "05000001000000000000", Convert.ToHexString(output.ToArray()));
    }

    [Theory]
    [InlineData("04 02 0050 7f000001 00", "005B000000000000")]
    [InlineData("04 01 0000 7f000001 00", "005B000000000000")]
    [InlineData("04 01 0050 00000001 00 00", "005B000000000000")]
    [InlineData("05 01 02", "05FF")]
    [InlineData("05 00", "05FF")]
    [InlineData("05 01 00  04 01 00 01 7f000001 0050", "0500")]
    [InlineData("05 01 00  05 02 00 01 7f000001 0050", "0500" + "05070001000000000000")]
    [InlineData("05 01 00  05 01 00 02 7f000001 0050", "0500" + "05080001000000000000")]
    [InlineData("05 01 00  05 01 00 03 00 0050", "0500" + "05010001000000000000")]
    [InlineData("05 01 00  05 01 00 01 7f000001 0000", "0500" + "05010001000000000000")]
    [InlineData("06", "")]
    [InlineData("47", "")]
    public async Task What_is_no_request_to_connect_is_refused_in_the_words_of_its_version(string request, string reply)
    {
        (SocksConversation socks, _, MemoryStream output) = Converse(request);
        await Assert.ThrowsAsync<SocksException>(async () => await socks.ReadRequestAsync(Ct));
        Assert.Equal(reply, Convert.ToHexString(output.ToArray()));
    }

    [Fact]
    public async Task A_failure_is_told_in_the_words_of_each_version()
    {
        (SocksConversation four, _, MemoryStream toFour) = Converse("04 01 0050 7f000001 00");
        await four.ReadRequestAsync(Ct);
        await four.ReplyAsync(SocksOutcome.ConnectionRefused, Ct);
        Assert.Equal("005B000000000000", Convert.ToHexString(toFour.ToArray()));

        (SocksConversation five, _, MemoryStream toFive) = Converse("05 01 00  05 01 00 01 7f000001 0050");
        await five.ReadRequestAsync(Ct);
        await five.ReplyAsync(SocksOutcome.ConnectionRefused, Ct);
        Assert.Equal("0500" + "05050001000000000000", Convert.ToHexString(toFive.ToArray()));
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public async Task Names_of_SOCKS4_have_an_end(int length, bool isGood)
    {
        string name = string.Concat(Enumerable.Repeat("61", length));
        foreach (string request in new[] { $"04 01 0050 00000001 {name}00 7700", $"04 01 0050 00000001 00 {name}00" })
        {
            (SocksConversation socks, _, _) = Converse(request);
            if (isGood) Assert.Equal(80, (await socks.ReadRequestAsync(Ct)).Port);
            else await Assert.ThrowsAsync<SocksException>(async () => await socks.ReadRequestAsync(Ct));
        }
    }

    [Theory]
    [InlineData("04 01 0050 00000001 6d6500 77656200")]
    [InlineData("05 02 02 00  05 01 00 03 03 776562 01bb")]
    [InlineData("05 01 00  05 01 00 04 00000000000000000000000000000001 0016")]
    public async Task A_client_that_leaves_at_any_byte_ends_the_conversation(string request)
    {
        byte[] whole = Bytes(request);
        for (int length = 0; length < whole.Length; length++)
        {
            var socks = new SocksConversation(new MemoryStream(whole[..length]), new MemoryStream());
            await Assert.ThrowsAsync<EndOfStreamException>(async () => await socks.ReadRequestAsync(Ct));
        }
    }

    private static (SocksConversation Socks, MemoryStream Input, MemoryStream Output) Converse(string request)
    {
        var input = new MemoryStream([.. Bytes(request), .. Encoding.ASCII.GetBytes(Pad)]);
        var output = new MemoryStream();
        return (new SocksConversation(input, output), input, output);
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static string Rest(MemoryStream input) => Encoding.ASCII.GetString(input.ToArray()[(int)input.Position..]);
}
