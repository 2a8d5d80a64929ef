using System.Buffers;
using System.IO.Pipelines;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp.Transfers;

/// <summary>
/// A link on which a round trip is counted and takes no time: what the client has sent when it comes to a stop goes to the server at once, and
/// all answers come back at once.
/// </summary>
internal sealed class VirtualLink : IAsyncDisposable
{
    private readonly Pipe _fromClient = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Pipe _toServer = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Pipe _fromServer = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Pipe _toClient = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Rest _rest;
    private Task _serving = Task.CompletedTask;

    private VirtualLink() => _rest = new Rest(_toClient.Reader);

    public SftpClient Client { get; private set; } = null!;

    /// <summary>The round trips so far.</summary>
    public int RoundTrips { get; private set; }

    /// <summary>The requests so far.</summary>
    public int Requests { get; private set; }

    public static async Task<VirtualLink> StartAsync(IFileSystem files)
    {
        var link = new VirtualLink();
        link._serving = SftpPair.ServeAsync(new SftpServer(files), link._toServer.Reader, link._fromServer.Writer);
        Task<SftpClient> starting = SftpClient.StartAsync(link._rest, link._fromClient.Writer);
        while (!starting.IsCompleted) await link.TurnAsync(starting);
        link.Client = await starting;
        (link.RoundTrips, link.Requests) = (0, 0);
        return link;
    }

    /// <summary>Carries until the work is done.</summary>
    public async Task<T> RunAsync<T>(Task<T> work)
    {
        while (!work.IsCompleted) await TurnAsync(work);
        return await work;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _toServer.Writer.CompleteAsync();
        await _serving;
    }

    private async Task TurnAsync(Task work)
    {
        // The client is at rest when its reading loop waits for more than it has.
        await Task.WhenAny(work, _rest.Begun);
        if (!_fromClient.Reader.TryRead(out ReadResult sent))
        {
            await Task.WhenAny(work, WaitAsync());
            return;
        }

        int requests = Count(sent.Buffer);
        byte[] bytes = sent.Buffer.ToArray();
        _fromClient.Reader.AdvanceTo(sent.Buffer.End);
        RoundTrips++;
        Requests += requests;
        await _toServer.Writer.WriteAsync(bytes);
        byte[] replies = await AnswersAsync(requests);
        _rest.Begin();
        await _toClient.Writer.WriteAsync(replies);
    }

    private async Task WaitAsync()
    {
        ReadResult result = await _fromClient.Reader.ReadAsync();
        _fromClient.Reader.AdvanceTo(result.Buffer.Start);
    }

    private async Task<byte[]> AnswersAsync(int count)
    {
        while (true)
        {
            ReadResult read = await _fromServer.Reader.ReadAsync();
            if (Count(read.Buffer) < count && !read.IsCompleted)
            {
                _fromServer.Reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            byte[] bytes = read.Buffer.ToArray();
            _fromServer.Reader.AdvanceTo(read.Buffer.End);
            return bytes;
        }
    }

    private static int Count(ReadOnlySequence<byte> messages)
    {
        int count = 0;
        while (SftpFrames.TryTake(ref messages, out _)) count++;
        return count;
    }

    /// <summary>The client's input, which tells when the client waits for more.</summary>
    private sealed class Rest(PipeReader input) : PipeReader
    {
        private TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public void Begin() => _begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            ValueTask<ReadResult> read = input.ReadAsync(cancellationToken);
            if (!read.IsCompleted) _begun.TrySetResult();
            return read;
        }

        public override bool TryRead(out ReadResult result) => input.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => input.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => input.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => input.CancelPendingRead();

        public override void Complete(Exception? exception = null) => input.Complete(exception);
    }
}
