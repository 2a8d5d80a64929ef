using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class DescriptorPassingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Descriptors_arrive_with_their_bytes_and_work(bool keepsMessages)
    {
        (Socket ours, Socket theirs) = Pair(keepsMessages);
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (ours)
        using (theirs)
        {
            using (reading)
            using (writing)
                await DescriptorPassing.SendAsync(ours, "two"u8.ToArray(), [reading, writing]);

            var buffer = new byte[10];
            (int count, SafeFileHandle[] handles) = await DescriptorPassing.ReceiveAsync(theirs, buffer);
            Assert.Equal("two"u8.ToArray(), buffer[..count]);
            Assert.Equal(2, handles.Length);

            await using var input = new DescriptorStream(handles[0]);
            await using (var output = new DescriptorStream(handles[1]))
                await output.WriteAsync("through"u8.ToArray());
            Assert.Equal("through", await new StreamReader(input).ReadToEndAsync());
        }
    }

    [Fact]
    public async Task A_receiver_waits_and_learns_of_the_end()
    {
        (Socket ours, Socket theirs) = Pair(keepsMessages: true);
        using (theirs)
        {
            Task<DescriptorPassing.Receipt> waiting = DescriptorPassing.ReceiveAsync(theirs, new byte[10]).AsTask();
            Assert.False(waiting.IsCompleted);
            await DescriptorPassing.SendAsync(ours, "x"u8.ToArray(), []);
            (int count, SafeFileHandle[] handles) = await waiting;
            Assert.Equal(1, count);
            Assert.Empty(handles);

            ours.Dispose();
            Assert.Equal(0, (await DescriptorPassing.ReceiveAsync(theirs, new byte[10])).Count);
        }
    }

    [Theory]
    [InlineData(DescriptorPassing.MostAtOnce, DescriptorPassing.MostAtOnce, true)]
    [InlineData(2, 2, true)]
    [InlineData(3, 2, false)]
    [InlineData(4, 3, false)]
    [InlineData(1, 0, false)]
    public async Task Descriptors_beyond_the_limit_are_closed_and_an_error(int sent, int most, bool isGood)
    {
        (Socket ours, Socket theirs) = Pair(keepsMessages: true);
        using (ours)
        using (theirs)
        using (SafeFileHandle handle = File.OpenHandle("/dev/null"))
        {
            await DescriptorPassing.SendAsync(ours, new byte[1], [.. Enumerable.Repeat<SafeHandle>(handle, sent)]);
            ValueTask<DescriptorPassing.Receipt> receive = DescriptorPassing.ReceiveAsync(theirs, new byte[1], most);
            if (!isGood)
            {
                await Assert.ThrowsAsync<InvalidDataException>(async () => await receive);
                return;
            }
            SafeFileHandle[] handles = (await receive).Handles;
            Assert.Equal(sent, handles.Length);
            foreach (SafeFileHandle received in handles)
                received.Dispose();
        }
    }

    [Fact]
    public async Task More_than_a_message_carries_is_refused_before_it_is_sent()
    {
        (Socket ours, Socket theirs) = Pair(keepsMessages: true);
        using (ours)
        using (theirs)
        using (SafeFileHandle handle = File.OpenHandle("/dev/null"))
        {
            SafeHandle[] tooMany = [.. Enumerable.Repeat<SafeHandle>(handle, DescriptorPassing.MostAtOnce + 1)];
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await DescriptorPassing.SendAsync(ours, new byte[1], tooMany));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await DescriptorPassing.SendAsync(ours, ReadOnlyMemory<byte>.Empty, [handle]));
        }
    }

    [Fact]
    public async Task A_sender_waits_while_the_other_end_does_not_read()
    {
        (Socket ours, Socket theirs) = Pair(keepsMessages: false);
        using (ours)
        using (theirs)
        using (SafeFileHandle handle = File.OpenHandle("/dev/null"))
        {
            byte[] data = new byte[1_000_000];
            Task first = DescriptorPassing.SendAsync(ours, data, [handle]).AsTask();
            long total = 0;
            int handles = 0;
            var buffer = new byte[65536];
            while (total < data.Length)
            {
                (int count, SafeFileHandle[] received) = await DescriptorPassing.ReceiveAsync(theirs, buffer);
                total += count;
                handles += received.Length;
                foreach (SafeFileHandle one in received)
                    one.Dispose();
            }
            await first;
            Assert.Equal((data.Length, 1), (total, handles));
        }
    }

    [Fact]
    public void The_other_end_of_a_socket_is_this_process()
    {
        (Socket ours, Socket theirs) = Pair(keepsMessages: false);
        using (ours)
        using (theirs)
            Assert.Equal(new PeerCredentials(Environment.ProcessId, Users.EffectiveUid, Libc.getegid()), PeerCredentials.Of(ours));
    }

    private static (Socket First, Socket Second) Pair(bool keepsMessages)
    {
        (SafeFileHandle first, SafeFileHandle second) = keepsMessages ? Descriptors.CreateMessageSocketPair() : Descriptors.CreateSocketPair();
        return (Socket(first), Socket(second));

        static Socket Socket(SafeFileHandle handle) => new(new SafeSocketHandle(Descriptors.Release(handle), ownsHandle: true));
    }
}
