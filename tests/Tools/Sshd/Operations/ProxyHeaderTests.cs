using System.Net;
using System.Text;
using Nacre.Tools.Sshd.Operations;

namespace Nacre.Tests.Tools.Sshd.Operations;

/// <summary>Headers of the PROXY protocol: those that are understood, and those that no proxy sends.</summary>
public sealed class ProxyHeaderTests
{
    private const int Proxied = 0x21;
    private const int Local = 0x20;
    private const int Tcp4 = 0x11;
    private const int Tcp6 = 0x21;

    private static byte[] Signature => "\r\n\r\n\0\r\nQUIT\n"u8.ToArray();

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.7 56324 22", "192.0.2.1:56324", "198.51.100.7:22")]
    [InlineData("PROXY TCP4 0.0.0.0 255.255.255.255 0 65535", "0.0.0.0:0", "255.255.255.255:65535")]
    [InlineData("PROXY TCP6 2001:db8::1 2001:DB8::2 1 2", "[2001:db8::1]:1", "[2001:db8::2]:2")]
    [InlineData("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2", "[::ffff:192.0.2.1]:1", "[::1]:2")]
    public void A_line_names_both_ends(string line, string remote, string local) =>
        Assert.Equal(new ProxiedAddresses(IPEndPoint.Parse(remote), IPEndPoint.Parse(local)), Read(line));

    [Theory]
    [InlineData("PROXY UNKNOWN")]
    [InlineData("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535")]
    public void A_line_may_name_nobody(string line) => Assert.Null(Read(line));

    [Theory]
    [InlineData("PROXY ")]
    [InlineData("PROXY TCP4")]
    [InlineData("PROXY TCP5 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("PROXY tcp4 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3")]
    [InlineData("PROXY TCP4  192.0.2.1 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 ")]
    [InlineData("PROXY TCP4 192.0.2 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 1 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 192.0.2.01 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 0x7f.0.0.1 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 192.0.2.256 192.0.2.2 1 2")]
    [InlineData("PROXY TCP4 ::1 ::2 1 2")]
    [InlineData("PROXY TCP6 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("PROXY TCP6 [::1] ::2 1 2")]
    [InlineData("PROXY TCP6 fe80::1%lo ::2 1 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 65536 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 01 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 +1 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 -1 2")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 ")]
    [InlineData("PROXY TCP4 192.0.2.1\t192.0.2.2 1 2")]
    [InlineData("PROXY UNKNOWN \0")]
    public void A_line_that_is_wrong_is_refused(string line) => Assert.Throws<InvalidDataException>(() => Read(line));

    [Fact]
    public void A_line_may_have_107_bytes_and_no_more()
    {
        string longest = "PROXY UNKNOWN " + new string('x', ProxyHeader.MostLineBytes - "PROXY UNKNOWN \r\n".Length);

        Assert.Null(Read(longest));
        Assert.Throws<InvalidDataException>(() => Read(longest + "x"));
        Assert.Throws<InvalidDataException>(() => ProxyHeader.ReadLine("PROXY UNKNOWN\n"u8));
    }

    [Fact]
    public void A_block_names_both_ends_and_what_follows_them_is_passed_over()
    {
        byte[] ipv4 = [192, 0, 2, 1, 198, 51, 100, 7, 0xdc, 0x04, 0, 22];
        byte[] ipv6 = [.. IPAddress.Parse("2001:db8::1").GetAddressBytes(), .. IPAddress.Parse("2001:db8::2").GetAddressBytes(), 0, 1, 0xff, 0xff];

        Assert.Equal(new ProxiedAddresses(IPEndPoint.Parse("192.0.2.1:56324"), IPEndPoint.Parse("198.51.100.7:22")), ReadBlock(Proxied, Tcp4, ipv4));
        Assert.Equal(new ProxiedAddresses(IPEndPoint.Parse("192.0.2.1:56324"), IPEndPoint.Parse("198.51.100.7:22")), ReadBlock(Proxied, Tcp4, [.. ipv4, 0x20, 0xff, 0xff]));
        Assert.Equal(new ProxiedAddresses(IPEndPoint.Parse("[2001:db8::1]:1"), IPEndPoint.Parse("[2001:db8::2]:65535")), ReadBlock(Proxied, Tcp6, ipv6));
    }

    [Fact]
    public void A_block_may_name_nobody()
    {
        Assert.Null(ReadBlock(Local, 0, []));
        Assert.Null(ReadBlock(Local, 0xff, new byte[9]));
        Assert.Null(ReadBlock(Proxied, 0, []));
        Assert.Null(ReadBlock(Proxied, 0x31, new byte[216]));
    }

    [Theory]
    [InlineData(0x11, Tcp4, 12)]
    [InlineData(0x31, Tcp4, 12)]
    [InlineData(0x22, Tcp4, 12)]
    [InlineData(0x2f, Tcp4, 12)]
    [InlineData(Proxied, 0x12, 12)]
    [InlineData(Proxied, 0x41, 12)]
    [InlineData(Proxied, 0x10, 12)]
    [InlineData(Proxied, Tcp4, 0)]
    [InlineData(Proxied, Tcp4, 11)]
    [InlineData(Proxied, Tcp6, 35)]
    public void A_block_that_is_wrong_is_refused(int command, int family, int length) =>
        Assert.Throws<InvalidDataException>(() => ReadBlock(command, family, new byte[length]));

    [Fact]
    public void A_block_may_have_so_much_behind_its_fixed_part_and_no_more()
    {
        Assert.Equal(ProxyHeader.MostRestBytes, ProxyHeader.RestOf(Block(Proxied, Tcp4, new byte[ProxyHeader.MostRestBytes])));
        Assert.Throws<InvalidDataException>(() => ProxyHeader.RestOf(Block(Proxied, Tcp4, new byte[ProxyHeader.MostRestBytes + 1])));
    }

    [Fact]
    public void The_start_tells_the_versions_apart_from_each_other_and_from_everything_else()
    {
        Assert.Equal(1, ProxyHeader.VersionOf("PROXY TCP4 1"u8));
        Assert.Equal(2, ProxyHeader.VersionOf(Signature));
        Assert.Equal(0, ProxyHeader.VersionOf("SSH-2.0-Open"u8));
        Assert.Equal(0, ProxyHeader.VersionOf("PROXYTCP4 1."u8));
        Assert.Equal(0, ProxyHeader.VersionOf("\r\n\r\n\0\r\nQUIT\r"u8));
    }

    [Fact]
    public void Whatever_comes_is_understood_or_refused()
    {
        var random = new Random(1);
        byte[] line = "PROXY TCP6 2001:db8::1 2001:DB8::2 1 2\r\n"u8.ToArray();
        byte[] block = Block(Proxied, Tcp6, new byte[40]);
        for (int i = 0; i < 20_000; i++)
        {
            Damage(line, from: "PROXY ".Length, header => ProxyHeader.ReadLine(header));
            Damage(block, from: ProxyHeader.StartBytes, header => ProxyHeader.ReadBlock(header));
        }

        void Damage(byte[] header, int from, Func<byte[], ProxiedAddresses?> read)
        {
            byte[] damaged = [.. header];
            for (int changes = random.Next(1, 4); changes > 0; changes--) damaged[random.Next(from, damaged.Length)] = (byte)random.Next(256);
            try
            {
                ProxiedAddresses? addresses = read(damaged[..random.Next(Math.Max(from, ProxyHeader.FixedBytes), damaged.Length + 1)]);
                if (addresses is not null) Assert.Equal(addresses.Remote.AddressFamily, addresses.Local.AddressFamily);
            }
            catch (InvalidDataException refused)
            {
                Assert.StartsWith("its header", refused.Message, StringComparison.Ordinal);
            }
        }
    }

    private static ProxiedAddresses? Read(string line) => ProxyHeader.ReadLine(Encoding.ASCII.GetBytes(line + "\r\n"));

    private static ProxiedAddresses? ReadBlock(int command, int family, byte[] rest) => ProxyHeader.ReadBlock(Block(command, family, rest));

    private static byte[] Block(int command, int family, byte[] rest) => [.. Signature, (byte)command, (byte)family, (byte)(rest.Length >> 8), (byte)rest.Length, .. rest];
}
