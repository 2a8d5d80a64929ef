using System.Buffers;
using System.Buffers.Binary;
using Nacre.Forwarding.X11;

namespace Nacre.Tests.Forwarding.X11;

public sealed class X11SetupTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_authorization_is_found_in_both_byte_orders_and_only_when_all_of_it_is_there(bool isBigEndian)
    {
        byte[] message = X11Message.Setup("MIT-MAGIC-COOKIE-1", [1, 2, 3, 4, 5], isBigEndian);

        for (int length = 0; length < message.Length; length++) Assert.Equal(OperationStatus.NeedMoreData, X11Setup.Parse(message.AsSpan(0, length), out _));
        Assert.Equal(OperationStatus.Done, X11Setup.Parse([.. message, 9, 9, 9], out X11Setup setup));
        Assert.Equal("MIT-MAGIC-COOKIE-1"u8.ToArray(), message[setup.Protocol]);
        Assert.Equal([1, 2, 3, 4, 5], message[setup.Cookie]);
        Assert.Equal(message.Length, setup.Length);
    }

    [Fact]
    public void A_client_without_authorization_shows_none()
    {
        byte[] message = X11Message.Setup("", [], isBigEndian: true);

        Assert.Equal(OperationStatus.Done, X11Setup.Parse(message, out X11Setup setup));
        Assert.Empty(message[setup.Protocol]);
        Assert.Empty(message[setup.Cookie]);
    }

    [Theory]
    [InlineData(6, 256, OperationStatus.NeedMoreData)]
    [InlineData(6, 257, OperationStatus.InvalidData)]
    [InlineData(8, 256, OperationStatus.NeedMoreData)]
    [InlineData(8, 257, OperationStatus.InvalidData)]
    [InlineData(8, 65535, OperationStatus.InvalidData)]
    public void A_length_over_its_limit_is_not_waited_for(int at, ushort length, OperationStatus status)
    {
        byte[] header = new byte[12];
        header[0] = (byte)'B';
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(at), length);
        Assert.Equal(status, X11Setup.Parse(header, out _));
    }

    [Fact]
    public void The_longest_message_fits_what_is_read() =>
        Assert.Equal(X11Setup.MaxLength, X11Message.Setup(new string('p', X11Forwarding.MaxLength), new byte[X11Forwarding.MaxLength], isBigEndian: false).Length);

    [Fact]
    public void What_speaks_no_X11_is_known_by_its_first_byte() => Assert.Equal(OperationStatus.InvalidData, X11Setup.Parse("GET"u8, out _));
}
