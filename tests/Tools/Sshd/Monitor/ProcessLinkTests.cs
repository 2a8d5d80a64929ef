using Microsoft.Win32.SafeHandles;
using Nacre.Protocol.Wire;
using Nacre.Tools.Sshd.Monitor;
using Nacre.Unix;

namespace Nacre.Tests.Tools.Sshd.Monitor;

/// <summary>The link between the monitor and its processes.</summary>
public sealed class ProcessLinkTests
{
    [Fact]
    public async Task Messages_come_whole_and_in_order_however_long_they_are()
    {
        (ProcessLink monitor, ProcessLink child) = Pair();
        using (monitor)
        using (child)
        {
            foreach (int length in (int[])[0, 1, 5000, 1024 * 1024, 3]) Send(monitor, length);
            foreach (int length in (int[])[0, 1, 5000, 1024 * 1024, 3])
            {
                using LinkMessage message = (await child.ReadAsync(TestContext.Current.CancellationToken))!;
                Assert.Equal((uint)length, message.Connection);
                Assert.Equal(length, message.Read<HandOverMessage>().Snapshot.Length);
            }
        }
    }

    [Fact]
    public async Task A_descriptor_comes_with_its_message_and_with_no_other()
    {
        (ProcessLink monitor, ProcessLink child) = Pair();
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (monitor)
        using (child)
        using (reading)
        {
            Send(monitor, 100);
            using (writing) SendConnect(monitor, writing);
            Send(monitor, 200);

            (await child.ReadAsync(TestContext.Current.CancellationToken))!.Dispose();
            using LinkMessage connect = (await child.ReadAsync(TestContext.Current.CancellationToken))!;
            using SafeFileHandle came = connect.TakeDescriptor();
            Descriptors.Write(came, "x"u8);
            await using var stream = new DescriptorStream(reading);
            Assert.Equal(1, await stream.ReadAsync(new byte[8], TestContext.Current.CancellationToken));
            using LinkMessage last = (await child.ReadAsync(TestContext.Current.CancellationToken))!;
            Assert.Equal(200u, last.Connection);
        }
    }

    [Fact]
    public async Task A_process_that_sends_a_descriptor_is_at_fault()
    {
        (LinkEnd first, LinkEnd second) = LinkEnd.CreatePair();
        using var monitor = new ProcessLink(first, takesDescriptors: false);
        using var child = new ProcessLink(second, takesDescriptors: false);
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (reading)
        using (writing)
        {
            SendConnect(child, writing);
            await Assert.ThrowsAsync<SshViolationException>(async () => await monitor.ReadAsync(TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData(LinkMessage.HeaderLength - 1)]
    [InlineData(LinkMessage.MaxLength + 1)]
    [InlineData(-1)]
    public async Task A_length_that_no_message_has_is_a_fault(int length)
    {
        (LinkEnd first, LinkEnd second) = LinkEnd.CreatePair();
        using var monitor = new ProcessLink(first, takesDescriptors: false);
        using (second)
        {
            byte[] header = new byte[sizeof(int)];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(header, length);
            Descriptors.Write(second.Writing, header);
            SshViolationException fault = await Assert.ThrowsAsync<SshViolationException>(async () => await monitor.ReadAsync(TestContext.Current.CancellationToken));
            Assert.Equal(Violation.LengthOutOfRange, fault.Violation);
        }
    }

    [Fact]
    public async Task The_end_of_the_other_process_is_the_end_of_its_messages()
    {
        (ProcessLink monitor, ProcessLink child) = Pair();
        using (child)
        {
            monitor.Dispose();
            Assert.Null(await child.ReadAsync(TestContext.Current.CancellationToken));
            Send(child, 10);
        }
    }

    private static (ProcessLink Monitor, ProcessLink Child) Pair()
    {
        (LinkEnd first, LinkEnd second) = LinkEnd.CreatePair();
        return (new ProcessLink(first, takesDescriptors: false), new ProcessLink(second, takesDescriptors: true));
    }

    private static void Send(ProcessLink link, int length)
    {
        var message = new HandOverMessage { Snapshot = new byte[length] };
        link.Send((uint)length, ref message);
    }

    private static void SendConnect(ProcessLink link, SafeFileHandle descriptor)
    {
        var message = new ConnectMessage { Origin = new OriginFields { RemoteAddress = "::1"u8, LocalAddress = "::1"u8 } };
        link.Send(1, ref message, descriptor);
    }
}
