using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Reflection;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Tests.Connection;

namespace Nacre.Tests.Sftp.Serving;

/// <summary>READ and WRITE: the bytes through pipes and through a channel's packets, and what they cost.</summary>
[Collection("Alone")]
public sealed class DataPathTests
{
    private static readonly byte[] Content = System.Security.Cryptography.RandomNumberGenerator.GetBytes(1 << 20);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 32_768 - 13)]
    [InlineData(0, 32_768 - 12)]
    [InlineData(1, 65_536)]
    [InlineData(17, SftpLimits.MaxData)]
    [InlineData(600_000, SftpLimits.MaxData)]
    [InlineData(1_048_575, SftpLimits.MaxData)]
    public async Task A_channels_packets_carry_what_the_file_holds(int offset, int length)
    {
        await using var link = new Link();
        (Channel client, Channel server) = await link.OpenAsync();
        link.Start();
        var file = new FixedFile(Content);
        Task serving = new SftpServer(new OneFile(file)).RunAsync(server.Input, server.Output);
        await client.Output.WriteAsync(RawSftp.Encode(new SftpInit { Version = 3 }));
        await TakeAsync(client.Input);
        await client.Output.WriteAsync(SampleRequests.Open("file", SftpOpenFlags.Read));
        byte[] handle = Message.ReadRecord<SftpHandle>((await TakeAsync(client.Input)).AsSpan(1)).Handle.ToArray();

        // Two at once and something between, so that answers begin within packets.
        byte[] read = RawSftp.Encode(new SftpRead { Id = 3, Handle = handle, Offset = (ulong)offset, Length = (uint)length });
        await client.Output.WriteAsync((byte[])[.. read, .. RawSftp.Encode(new SftpFStat { Id = 4, Handle = handle }), .. read]);
        byte[] expected = Content[offset..Math.Min(Content.Length, offset + length)];
        for (int i = 0; i < 3; i++)
        {
            byte[] reply = await TakeAsync(client.Input);
            if (i == 1) Assert.Equal((byte)SftpMessageType.Attrs, reply[0]);
            else Assert.True(Message.ReadRecord<SftpData>(reply.AsSpan(1)).Data.SequenceEqual(expected), $"answer {i} differs");
        }

        await client.Output.CompleteAsync();
        await serving;
    }

    [Fact]
    public async Task An_error_within_a_long_READ_leaves_what_was_read_before_it_and_comes_back_with_the_next()
    {
        await using var link = new Link();
        (Channel client, Channel server) = await link.OpenAsync();
        link.Start();
        var file = new FixedFile(Content) { BadFrom = 100_000 };
        Task serving = new SftpServer(new OneFile(file)).RunAsync(server.Input, server.Output);
        await client.Output.WriteAsync(RawSftp.Encode(new SftpInit { Version = 3 }));
        await TakeAsync(client.Input);
        await client.Output.WriteAsync(SampleRequests.Open("file", SftpOpenFlags.Read));
        byte[] handle = Message.ReadRecord<SftpHandle>((await TakeAsync(client.Input)).AsSpan(1)).Handle.ToArray();
        await client.Output.WriteAsync(RawSftp.Encode(new SftpRead { Id = 3, Handle = handle, Length = 200_000 }));
        int length = Message.ReadRecord<SftpData>((await TakeAsync(client.Input)).AsSpan(1)).Data.Length;
        Assert.InRange(length, 1, 100_000);
        await client.Output.WriteAsync(RawSftp.Encode(new SftpRead { Id = 4, Handle = handle, Offset = (ulong)length, Length = 200_000 }));
        Assert.Equal((uint)SftpStatusCode.Failure, Message.ReadRecord<SftpStatus>((await TakeAsync(client.Input)).AsSpan(1)).Code);
        await client.Output.CompleteAsync();
        await serving;
    }

    [Fact]
    public async Task A_WRITE_gives_the_file_the_pieces_that_came_and_no_copy()
    {
        var file = new FixedFile(new byte[400_000]);
        var input = new Pipe();
        var output = new Pipe();
        Task serving = new SftpServer(new OneFile(file)).RunAsync(input.Reader, output.Writer);
        await input.Writer.WriteAsync(RawSftp.Encode(new SftpInit { Version = 3 }));
        await input.Writer.WriteAsync(SampleRequests.Open("file", SftpOpenFlags.Write));
        await TakeAsync(output.Reader);
        byte[] handle = Message.ReadRecord<SftpHandle>((await TakeAsync(output.Reader)).AsSpan(1)).Handle.ToArray();
        byte[] write = RawSftp.Encode(new SftpWrite { Id = 1, Handle = handle, Offset = 5, Data = Content.AsSpan(0, 200_000) });
        foreach (byte[] piece in write.Chunk(3000)) await input.Writer.WriteAsync(piece);
        await TakeAsync(output.Reader);
        Assert.True(file.Bytes.AsSpan(5, 200_000).SequenceEqual(Content.AsSpan(0, 200_000)));
        Assert.InRange(file.PiecesOfLastWrite, 2, 200);
        await input.Writer.CompleteAsync();
        await serving;
    }

    [Fact]
    public async Task WRITEs_that_have_come_together_are_answered_a_few_at_a_time()
    {
        // Three of these make a batch; the file takes no fourth.
        const int length = 200_000;
        int writes = 0;
        var goesOn = new TaskCompletionSource();
        var file = new FixedFile(new byte[length]) { OnWrite = () => ++writes > 3 ? new ValueTask(goesOn.Task) : ValueTask.CompletedTask };
        var input = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var output = new Pipe();
        Task serving = new SftpServer(new OneFile(file)).RunAsync(input.Reader, output.Writer);
        await input.Writer.WriteAsync(RawSftp.Encode(new SftpInit { Version = 3 }));
        await input.Writer.WriteAsync(SampleRequests.Open("file", SftpOpenFlags.Write));
        await TakeAsync(output.Reader);
        byte[] handle = Message.ReadRecord<SftpHandle>((await TakeAsync(output.Reader)).AsSpan(1)).Handle.ToArray();
        for (uint id = 1; id <= 6; id++) input.Writer.Write(RawSftp.Encode(new SftpWrite { Id = id, Handle = handle, Data = Content.AsSpan(0, length) }));
        await input.Writer.FlushAsync();
        for (uint id = 1; id <= 3; id++) Assert.Equal(id, Message.ReadRecord<SftpStatus>((await TakeAsync(output.Reader)).AsSpan(1)).Id);
        Assert.False(output.Reader.TryRead(out _));
        goesOn.SetResult();
        for (uint id = 4; id <= 6; id++) Assert.Equal(id, Message.ReadRecord<SftpStatus>((await TakeAsync(output.Reader)).AsSpan(1)).Id);
        await input.Writer.CompleteAsync();
        await serving;
    }

    [Fact]
    public async Task READ_and_WRITE_allocate_nothing()
    {
        const int turns = 1000;
        var file = new FixedFile(new byte[64 * 1024]);
        var options = new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, minimumSegmentSize: 128 * 1024, useSynchronizationContext: false);
        var input = new Pipe(options);
        var output = new Pipe(options);
        Task serving = new SftpServer(new OneFile(file)).RunAsync(input.Reader, output.Writer);
        Put(input.Writer, RawSftp.Encode(new SftpInit { Version = 3 }));
        await TakeAsync(output.Reader);
        Put(input.Writer, SampleRequests.Open("file", SftpOpenFlags.Read | SftpOpenFlags.Write));
        byte[] handle = Message.ReadRecord<SftpHandle>((await TakeAsync(output.Reader)).AsSpan(1)).Handle.ToArray();
        byte[] requests =
        [
            .. RawSftp.Encode(new SftpWrite { Id = 1, Handle = handle, Offset = 5, Data = Content.AsSpan(0, 30_000) }),
            .. RawSftp.Encode(new SftpRead { Id = 2, Handle = handle, Offset = 7, Length = 30_000 }),
        ];
        for (int i = 0; i < 500; i++) Turn();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < turns; i++) Turn();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // Without optimization the compiler makes an object of each asynchronous method that is called, which is not ours to count.
        bool isOptimized = typeof(SftpServer).Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true };
        Assert.InRange(allocated, 0, isOptimized ? 0 : turns * 1024);
        await input.Writer.CompleteAsync();
        await serving;

        // The server runs where it is given input, on this thread.
        void Turn()
        {
            Put(input.Writer, requests);
            if (!output.Reader.TryRead(out ReadResult result) || result.Buffer.Length < 30_000) throw new InvalidOperationException("There is no answer.");
            output.Reader.AdvanceTo(result.Buffer.End);
        }

        static void Put(PipeWriter writer, byte[] bytes)
        {
            writer.Write(bytes);
            if (!IsDoneAtOnce(writer.FlushAsync())) throw new InvalidOperationException("The server did not take it.");
        }

        static bool IsDoneAtOnce(ValueTask<FlushResult> flush) => flush.IsCompletedSuccessfully;
    }

    private static async Task<byte[]> TakeAsync(PipeReader input)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            if (SftpFrames.TryTake(ref rest, out ReadOnlySequence<byte> message))
            {
                byte[] taken = message.ToArray();
                input.AdvanceTo(rest.Start);
                return taken;
            }

            input.AdvanceTo(rest.Start, rest.End);
            Assert.False(read.IsCompleted, "the server ended without an answer");
        }
    }
}
