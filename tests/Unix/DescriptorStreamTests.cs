using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class DescriptorStreamTests
{
    [Fact]
    public async Task Bytes_go_through_a_pipe_and_end_when_it_is_closed()
    {
        (DescriptorStream reading, DescriptorStream writing) = Pipe();
        byte[] sent = RandomNumberGenerator.GetBytes(300_000);

        Task copy = Task.Run(async () =>
        {
            await writing.WriteAsync(sent);
            await writing.DisposeAsync();
        });
        var received = new MemoryStream();
        await reading.CopyToAsync(received);
        await copy;

        Assert.Equal(sent, received.ToArray());
        Assert.Equal(0, await reading.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task An_empty_read_waits_for_bytes_and_loses_none()
    {
        (DescriptorStream reading, DescriptorStream writing) = Pipe();
        ValueTask<int> waiting = reading.ReadAsync(Memory<byte>.Empty);
        Assert.False(waiting.IsCompleted);

        await writing.WriteAsync("hello"u8.ToArray());
        Assert.Equal(0, await waiting);
        Assert.Equal(0, await reading.ReadAsync(Memory<byte>.Empty));
        var buffer = new byte[10];
        Assert.Equal(5, await reading.ReadAsync(buffer));
        Assert.Equal("hello"u8.ToArray(), buffer[..5]);

        await writing.WriteAsync("x"u8.ToArray());
        Assert.Equal(0, await reading.ReadAsync(Memory<byte>.Empty));
        Assert.Equal(1, await reading.ReadAsync(buffer));
        await writing.DisposeAsync();
        Assert.Equal(0, await reading.ReadAsync(Memory<byte>.Empty));
        Assert.Equal(0, await reading.ReadAsync(buffer));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(63, 63)]
    [InlineData(64, 0)]
    [InlineData(65, 0)]
    public async Task What_an_empty_read_has_waited_for_is_taken_at_once_when_it_is_all_there_is(int length, int taken)
    {
        (DescriptorStream reading, DescriptorStream writing) = Pipe();
        byte[] sent = RandomNumberGenerator.GetBytes(length);
        await writing.WriteAsync(sent);
        await writing.DisposeAsync();
        Assert.Equal(0, await reading.ReadAsync(Memory<byte>.Empty));

        byte[] little = reading.TakeLittle().ToArray();
        var rest = new MemoryStream();
        await reading.CopyToAsync(rest);

        byte[] received = [.. little, .. rest.ToArray()];
        Assert.Equal(taken, little.Length);
        Assert.Equal(sent, received);
        Assert.True(reading.TakeLittle().IsEmpty);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public async Task What_an_empty_read_has_waited_for_comes_whole_in_pieces_of_any_size(int length)
    {
        (DescriptorStream reading, DescriptorStream writing) = Pipe();
        byte[] sent = RandomNumberGenerator.GetBytes(length);
        await writing.WriteAsync(sent);
        await writing.DisposeAsync();

        var received = new MemoryStream();
        var buffer = new byte[50];
        for (int size = 1; ; size = size % buffer.Length + 7)
        {
            Assert.Equal(0, await reading.ReadAsync(Memory<byte>.Empty));
            int count = await reading.ReadAsync(buffer.AsMemory(0, Math.Min(size, buffer.Length)));
            if (count == 0)
                break;
            received.Write(buffer, 0, count);
        }

        Assert.Equal(sent, received.ToArray());
    }

    [Fact]
    public async Task A_pipe_that_is_opened_once_more_is_read_without_a_change_to_the_open_file_that_others_share()
    {
        (SafeFileHandle shared, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (shared)
        {
            await using var own = new DescriptorStream(Descriptors.TryReopen((int)shared.DangerousGetHandle())!);
            ValueTask<int> waiting = own.ReadAsync(new byte[10]);
            Assert.False(waiting.IsCompleted);
            Descriptors.Write(writing, "key"u8);
            Assert.Equal(3, await waiting);

            Assert.False(IsNonBlocking(shared));
            writing.Dispose();
            Assert.Equal(0, await own.ReadAsync(new byte[10]));
        }
    }

    [Fact]
    public async Task A_terminal_that_is_opened_once_more_is_read_without_a_change_to_the_open_file_that_others_share()
    {
        using Pty pty = Pty.Open();
        await using DescriptorStream master = pty.OpenStream();
        using SafeFileHandle terminal = pty.OpenTerminal();
        await using var own = new DescriptorStream(Descriptors.TryReopen((int)terminal.DangerousGetHandle())!);
        ValueTask<int> waiting = own.ReadAsync(new byte[10]);
        Assert.False(waiting.IsCompleted);
        await master.WriteAsync("line\n"u8.ToArray());

        Assert.Equal(5, await waiting);
        Assert.False(IsNonBlocking(terminal));
    }

    [Fact]
    public void Only_pipes_and_terminals_are_opened_once_more()
    {
        string path = Path.GetTempFileName();
        using (SafeFileHandle file = File.OpenHandle(path)) Assert.Null(Descriptors.TryReopen((int)file.DangerousGetHandle()));
        File.Delete(path);
        using (SafeFileHandle nothing = File.OpenHandle("/dev/null")) Assert.Null(Descriptors.TryReopen((int)nothing.DangerousGetHandle()));
        (SafeFileHandle first, SafeFileHandle second) = Descriptors.CreateSocketPair();
        using (first)
        using (second) Assert.Null(Descriptors.TryReopen((int)first.DangerousGetHandle()));
    }

    [Fact]
    public async Task Writing_where_nobody_reads_is_a_broken_pipe()
    {
        (DescriptorStream reading, DescriptorStream writing) = Pipe();
        await reading.DisposeAsync();

        UnixException error = await Assert.ThrowsAsync<UnixException>(async () => await writing.WriteAsync(new byte[1]));
        Assert.Equal(Errno.EPIPE, error.Errno);
    }

    [Fact]
    public async Task A_read_can_be_cancelled()
    {
        (DescriptorStream reading, DescriptorStream writing) = Pipe();
        using var stop = new CancellationTokenSource();
        ValueTask<int> waiting = reading.ReadAsync(new byte[1], stop.Token);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);

        await writing.WriteAsync("a"u8.ToArray());
        Assert.Equal(1, await reading.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task Disposing_ends_a_read_that_waits()
    {
        (DescriptorStream reading, DescriptorStream writing) = Pipe();
        ValueTask<int> waiting = reading.ReadAsync(new byte[1]);
        await reading.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await waiting);
        await writing.DisposeAsync();
    }

    [Fact]
    public async Task A_socket_pair_is_closed_one_way_at_a_time()
    {
        (SafeFileHandle first, SafeFileHandle second) = Descriptors.CreateSocketPair();
        await using var ours = new DescriptorStream(first);
        await using var theirs = new DescriptorStream(second);
        await ours.WriteAsync("ask"u8.ToArray());
        ours.CompleteWriting();

        var buffer = new byte[10];
        Assert.Equal(3, await theirs.ReadAsync(buffer));
        Assert.Equal(0, await theirs.ReadAsync(buffer));
        await theirs.WriteAsync("answer"u8.ToArray());
        Assert.Equal(6, await ours.ReadAsync(buffer));
    }

    [Fact]
    public void Reading_and_writing_allocate_nothing()
    {
        (DescriptorStream reading, DescriptorStream writing) = Pipe();
        var sent = new byte[1000];
        var received = new byte[1000];
        for (int i = 0; i < 100; i++)
            Exchange();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            Exchange();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        // Room to write and bytes to read are there: all of it happens on this thread.
        void Exchange()
        {
            Task write = writing.WriteAsync(sent).AsTask();
            Assert.True(write.IsCompletedSuccessfully);
            ValueTask<int> read = reading.ReadAsync(received);
            Assert.True(read.IsCompletedSuccessfully && read.Result == sent.Length);
        }
    }

    [Fact]
    public void A_pipe_can_be_made_larger()
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe(256 * 1024);
        using (reading)
        using (writing)
            Assert.Equal(256 * 1024, Libc.fcntl((int)writing.DangerousGetHandle(), Libc.F_GETPIPE_SZ, 0));
    }

    private static (DescriptorStream Reading, DescriptorStream Writing) Pipe()
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        return (new DescriptorStream(reading), new DescriptorStream(writing));
    }

    // O_NONBLOCK, as /proc tells the flags of an open file, in octal.
    private static bool IsNonBlocking(SafeFileHandle handle)
    {
        string line = File.ReadLines($"/proc/self/fdinfo/{handle.DangerousGetHandle()}").Single(text => text.StartsWith("flags:", StringComparison.Ordinal));
        return (Convert.ToInt32(line["flags:".Length..].Trim(), 8) & 0x800) != 0;
    }
}
