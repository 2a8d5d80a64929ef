using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class InheritedStreamTests
{
    [Fact]
    public async Task A_pipe_is_read_and_written_without_being_made_non_blocking()
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (reading)
        {
            using InheritedStream input = InheritedStream.OpenInput(Number(reading));
            byte[] sent = RandomNumberGenerator.GetBytes(1_000_000);
            Task write = Task.Run(async () =>
            {
                using InheritedStream output = InheritedStream.OpenOutput(Number(writing));
                for (int i = 0; i < sent.Length; i += 100_000)
                    await output.WriteAsync(sent.AsMemory(i, 100_000));
                writing.Dispose();
            });
            var received = new MemoryStream();
            await input.CopyToAsync(received);
            await write;

            Assert.Equal(sent, received.ToArray());
            Assert.Equal(0, Libc.fcntl(Number(reading), Libc.F_GETFL, 0) & Libc.O_NONBLOCK);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(200)]
    public async Task Pieces_are_written_together_and_whole(int pieces)
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (reading)
        {
            byte[] sent = RandomNumberGenerator.GetBytes(pieces * 7001);
            Task write = Task.Run(() =>
            {
                using InheritedStream output = InheritedStream.OpenOutput(Number(writing));
                output.Write(Piece.Chain(sent, 7001));
                writing.Dispose();
            });
            using InheritedStream input = InheritedStream.OpenInput(Number(reading));
            var received = new MemoryStream();
            await input.CopyToAsync(received);
            await write;

            Assert.Equal(sent, received.ToArray());
        }
    }

    [Fact]
    public void A_little_is_written_at_once_only_where_nobody_has_to_be_waited_for()
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (reading)
        using (writing)
        {
            using InheritedStream output = InheritedStream.OpenOutput(Number(writing));
            var block = new ReadOnlySequence<byte>(new byte[InheritedStream.AtOnce]);
            int blocks = 0;
            while (output.TryWrite(block))
                blocks++;

            Assert.InRange(blocks, 1, 16);
            Assert.False(output.TryWrite(new ReadOnlySequence<byte>(new byte[1])));
            using var reader = new FileStream(reading, FileAccess.Read, bufferSize: 0);
            reader.ReadExactly(new byte[InheritedStream.AtOnce]);
            Assert.True(output.TryWrite(block));
            Assert.False(output.TryWrite(block));
        }
    }

    [Fact]
    public async Task A_read_that_is_cancelled_takes_no_bytes_with_it()
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (reading)
        using (writing)
        {
            using InheritedStream input = InheritedStream.OpenInput(Number(reading));
            var buffer = new byte[10];
            for (int i = 0; i < 20; i++)
            {
                using var stop = new CancellationTokenSource();
                ValueTask<int> waiting = input.ReadAsync(buffer, stop.Token);
                stop.Cancel();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);

                using InheritedStream output = InheritedStream.OpenOutput(Number(writing));
                await output.WriteAsync("abc"u8.ToArray());
                Assert.Equal(3, await input.ReadAsync(buffer));
            }
        }
    }

    [Fact]
    public async Task A_write_that_nobody_takes_can_be_cancelled()
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (reading)
        using (writing)
        {
            using InheritedStream output = InheritedStream.OpenOutput(Number(writing));
            await output.WriteAsync(new byte[65536]);
            using var stop = new CancellationTokenSource();
            ValueTask waiting = output.WriteAsync(new byte[1], stop.Token);
            stop.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        }
    }

    [Fact]
    public async Task Disposing_ends_a_read_that_waits()
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (reading)
        using (writing)
        {
            InheritedStream input = InheritedStream.OpenInput(Number(reading));
            ValueTask<int> waiting = input.ReadAsync(new byte[1]);
            input.Dispose();

            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await waiting);
            await Assert.ThrowsAsync<ObjectDisposedException>(() => input.ReadAsync(new byte[1]).AsTask());
        }
    }

    [Fact]
    public async Task A_regular_file_is_served_on_the_spot()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "content");
        using (SafeFileHandle file = File.OpenHandle(path))
        {
            using InheritedStream input = InheritedStream.OpenInput(Number(file));
            var buffer = new byte[100];
            ValueTask<int> read = input.ReadAsync(buffer);

            Assert.True(read.IsCompletedSuccessfully);
            Assert.Equal(7, await read);
            Assert.Equal(0, await input.ReadAsync(buffer));
        }
        File.Delete(path);
    }

    [Fact]
    public async Task Writing_where_nobody_reads_is_a_broken_pipe()
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        reading.Dispose();
        using (writing)
        {
            using InheritedStream output = InheritedStream.OpenOutput(Number(writing));
            UnixException error = await Assert.ThrowsAsync<UnixException>(async () => await output.WriteAsync(new byte[1]));
            Assert.Equal(Errno.EPIPE, error.Errno);
        }
    }

    [Fact]
    public async Task A_process_of_ours_pumps_its_standard_input_to_its_standard_output()
    {
        (SafeFileHandle inputReading, SafeFileHandle inputWriting) = Descriptors.CreatePipe();
        (SafeFileHandle outputReading, SafeFileHandle outputWriting) = Descriptors.CreatePipe();
        ChildProcess child;
        using (inputReading)
        using (outputWriting)
        {
            var form = new ProgramStart { Path = "", Arguments = [], Input = inputReading, Output = outputWriting };
            child = Spawn.Start(ChildRole.Start("pump", form));
        }
        byte[] sent = RandomNumberGenerator.GetBytes(3_000_000);
        Task write = Task.Run(async () =>
        {
            await using var stream = new DescriptorStream(inputWriting);
            await stream.WriteAsync(sent);
        });
        await using var output = new DescriptorStream(outputReading);
        var received = new MemoryStream();
        await output.CopyToAsync(received);
        await write;

        Assert.Equal(0, (await child.Exited).Status);
        Assert.Equal(sent, received.ToArray());
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    /// <summary>A part of a sequence, an empty one before each.</summary>
    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        private Piece(ReadOnlyMemory<byte> memory) => Memory = memory;

        public static ReadOnlySequence<byte> Chain(ReadOnlyMemory<byte> bytes, int length)
        {
            var first = new Piece(default);
            Piece last = first;
            for (; !bytes.IsEmpty; bytes = bytes[length..]) last = last.Add(bytes[..length]).Add(default);
            return new ReadOnlySequence<byte>(first, 0, last, 0);
        }

        private Piece Add(ReadOnlyMemory<byte> memory)
        {
            var added = new Piece(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = added;
            return added;
        }
    }
}
