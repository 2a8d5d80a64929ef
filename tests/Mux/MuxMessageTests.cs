using Nacre.Protocol.Mux;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Mux;

public sealed class MuxMessageTests
{
    [Fact]
    public void A_hello_is_laid_out_as_PROTOCOL_mux_says()
    {
        var hello = new MuxHello { Version = MuxMessage.Version, Extensions = MuxStrings.Write(["info"u8.ToArray(), "0"u8.ToArray()]) };
        Assert.Equal([0, 0, 0, 21, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4, .. "info"u8, 0, 0, 0, 1, .. "0"u8], MuxMessage.Write(ref hello));
    }

    [Fact]
    public void A_session_request_is_laid_out_as_PROTOCOL_mux_says()
    {
        var request = new MuxNewSession { RequestId = 7, WantsTerminal = 1, EscapeCharacter = '~', Terminal = "vt"u8, Command = "id"u8, Environment = MuxStrings.Write(["A=b"u8.ToArray()]) };
        byte[] fields =
        [
            0x10, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)'~',
            0, 0, 0, 2, .. "vt"u8, 0, 0, 0, 2, .. "id"u8, 0, 0, 0, 3, .. "A=b"u8,
        ];
        Assert.Equal([0, 0, 0, (byte)fields.Length, .. fields], MuxMessage.Write(ref request));
    }

    [Fact]
    public void Messages_come_back_as_they_went()
    {
        var forward = new MuxForward { Kind = (uint)MuxForwardKind.Remote, ListenHost = "/run/s"u8, ListenPort = MuxPort.UnixSocket, ConnectHost = "::1"u8, ConnectPort = 22 };
        var request = new MuxOpenForward { RequestId = 1, Forward = forward };
        byte[] framed = MuxMessage.Write(ref request);
        byte[] message = framed[MuxMessage.HeaderLength..];

        Assert.Equal(message.Length, MuxMessage.ReadLength(framed));
        Assert.Equal(MuxMessageType.OpenForward, MuxMessage.TypeOf(message));
        Assert.Equal(1u, MuxMessage.RequestIdOf(message));
        MuxForward read = MuxMessage.Read<MuxOpenForward>(message).Forward;
        Assert.True(read.ListenHost.SequenceEqual("/run/s"u8));
        Assert.Equal((MuxPort.UnixSocket, 22u), (read.ListenPort, read.ConnectPort));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(MuxMessage.MaxLength + 1u)]
    [InlineData(uint.MaxValue)]
    public void A_length_out_of_range_is_a_violation(uint length)
    {
        byte[] header = [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];
        Assert.Equal(Violation.LengthOutOfRange, Assert.Throws<SshViolationException>(() => MuxMessage.ReadLength(header)).Violation);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(MuxMessage.MaxLength)]
    public void The_shortest_and_the_longest_message_are_let_through(int length) =>
        Assert.Equal(length, MuxMessage.ReadLength([(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length]));

    [Fact]
    public void A_request_too_long_to_send_is_refused_here()
    {
        byte[] command = new byte[MuxMessage.MaxLength];
        Assert.Throws<SshException>(() =>
        {
            var request = new MuxNewSession { Command = command };
            MuxMessage.Write(ref request);
        });
    }

    [Fact]
    public void A_request_without_an_id_is_a_violation() =>
        Assert.Equal(Violation.MessageTruncated, Assert.Throws<SshViolationException>(() => MuxMessage.RequestIdOf([0x10, 0, 0, 4, 0, 0, 0])).Violation);

    [Fact]
    public void A_message_that_is_cut_short_is_a_violation() =>
        Assert.Equal(Violation.MessageTruncated, Assert.Throws<SshViolationException>(() => MuxMessage.Read<MuxAlive>([0x80, 0, 0, 5, 0, 0, 0, 1])).Violation);

    [Fact]
    public void As_many_strings_as_OpenSSH_takes_are_read_and_one_more_is_a_violation()
    {
        byte[] most = new byte[4 * MuxStrings.MaxCount];
        Assert.Equal(MuxStrings.MaxCount, MuxStrings.Read(most).Count);
        Assert.Equal(Violation.LengthOutOfRange, Assert.Throws<SshViolationException>(() => MuxStrings.Read(new byte[most.Length + 4])).Violation);
    }

    [Fact]
    public void A_string_longer_than_its_message_is_a_violation() =>
        Assert.Equal(Violation.MessageTruncated, Assert.Throws<SshViolationException>(() => MuxStrings.Read([0, 0, 0, 5, 1, 2])).Violation);
}
