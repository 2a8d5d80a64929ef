using System.Text;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Transport;

public sealed class IdentificationTests
{
    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH_9.2")]
    [InlineData("SSH-2.0-bare\n", "SSH-2.0-bare")]
    [InlineData("SSH-1.99-old\r\n", "SSH-1.99-old")]
    public void A_well_formed_line_is_taken_without_its_end(string line, string expected)
    {
        var identification = new Identification(isClient: false);
        Assert.Equal(line.Length, identification.Read(Encoding.ASCII.GetBytes(line + "rest")));
        Assert.Equal(expected, identification.Peer);
    }

    [Fact]
    public void P4253_1_255_bytes_are_taken_and_256_are_not()
    {
        string line = "SSH-2.0-" + new string('x', Identification.MaxLength - 10) + "\r\n";
        Assert.Equal(Identification.MaxLength, line.Length);
        var identification = new Identification(isClient: true);
        identification.Read(Encoding.ASCII.GetBytes(line));
        Assert.Equal(line.TrimEnd(), identification.Peer);
        AssertViolates(Violation.BadIdentification, isClient: true, line.Insert(10, "y"));
    }

    [Fact]
    public void P4253_1_a_client_skips_lines_before_it_up_to_the_limit()
    {
        string lines = string.Concat(Enumerable.Repeat("hello\r\n", Identification.MaxLinesBefore));
        var identification = new Identification(isClient: true);
        identification.Read(Encoding.ASCII.GetBytes(lines + "SSH-2.0-x\r\n"));
        Assert.Equal("SSH-2.0-x", identification.Peer);
        AssertViolates(Violation.BadIdentification, isClient: true, lines + "hello\r\nSSH-2.0-x\r\n");
    }

    [Fact]
    public void P4253_1_a_line_before_it_may_have_8192_bytes_and_no_more()
    {
        string line = new('x', Identification.MaxLineLength);
        new Identification(isClient: true).Read(Encoding.ASCII.GetBytes(line + "\nSSH-2.0-x\r\n"));
        AssertViolates(Violation.BadIdentification, isClient: true, line + "y");
    }

    [Theory]
    [InlineData("GET / HTTP/1.0\r\n")]
    [InlineData("\n")]
    [InlineData("SSH-2.0-nul\0x\r\n")]
    public void P4253_1_a_server_takes_nothing_else(string line) => AssertViolates(Violation.BadIdentification, isClient: false, line);

    [Theory]
    [InlineData("SSH-1.5-ancient\r\n")]
    [InlineData("SSH-3.0-future\r\n")]
    public void A41_other_versions_are_refused(string line)
    {
        AssertViolates(Violation.VersionNotSupported, isClient: false, line);
        AssertViolates(Violation.VersionNotSupported, isClient: true, line);
    }

    private static void AssertViolates(Violation violation, bool isClient, string text)
    {
        var error = Assert.ThrowsAny<SshViolationException>(() => new Identification(isClient).Read(Encoding.ASCII.GetBytes(text)));
        Assert.Equal(violation, error.Violation);
    }
}
