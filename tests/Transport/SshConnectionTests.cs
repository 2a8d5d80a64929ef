using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Transport;

public sealed class SshConnectionTests
{
    private static readonly PrivateKey HostKey = PrivateKey.GenerateEd25519();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_peer_that_takes_nothing_and_says_nothing_cannot_keep_a_connection_from_closing()
    {
        var stream = new StuckStream(writeFailure: null);
        await using SshConnection connection = Serve(stream);
        await stream.WriteBegan.Task.WaitAsync(Ct);
        await connection.CloseAsync().WaitAsync(TimeSpan.FromSeconds(20), Ct);
        await connection.Completion;
        Assert.True(stream.IsDisposed);
    }

    [Fact]
    public async Task A_connection_that_is_lost_in_writing_ends_with_that_reason()
    {
        await using SshConnection connection = Serve(new StuckStream(new IOException("Broken pipe")));
        SshViolationException error = await Assert.ThrowsAsync<SshViolationException>(() => connection.Completion.WaitAsync(TimeSpan.FromSeconds(20), Ct));
        Assert.Equal(Violation.ConnectionLost, error.Violation);
        Assert.Contains("Broken pipe", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_is_lent_room_for_what_it_has_sent_and_not_for_what_it_announces_A61()
    {
        const int announced = 34_996, longestRoom = 8 * 1024;
        var stream = new ByteByByte([.. "SSH-2.0-stranger\r\n"u8, 0, 0, announced >> 8, announced & 0xff, 4, 20, .. new byte[1000]]);
        await using SshConnection connection = Serve(stream);
        await stream.IsRead.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct);
        Assert.InRange(stream.LongestRoom, 1, longestRoom);
        await connection.CloseAsync().WaitAsync(TimeSpan.FromSeconds(20), Ct);
    }

    private static SshConnection Serve(Stream stream)
    {
        var options = new TransportOptions
        {
            IsClient = false,
            Algorithms = AlgorithmSelection.ServerDefault with { HostKeyAlgorithms = ["ssh-ed25519"] },
            Identification = "SSH-2.0-Server",
            Pool = new PacketPool(),
            HostKeys = [HostKey],
        };
        var transport = new SecureTransport(options, _ => throw new InvalidOperationException("No keys are agreed on here."));
        var connection = new SshConnection(stream, transport, TimeProvider.System) { StallTime = TimeSpan.FromMilliseconds(50) };
        connection.Start();
        return connection;
    }

    /// <summary>Gives its bytes one at a time and then waits; takes all that is written.</summary>
    private sealed class ByteByByte(byte[] bytes) : StuckStream(writeFailure: null)
    {
        private int _given;

        public TaskCompletionSource IsRead { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The most room that a read brought.</summary>
        public int LongestRoom { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            LongestRoom = Math.Max(LongestRoom, buffer.Length);
            if (_given == bytes.Length)
            {
                IsRead.TrySetResult();
                return await base.ReadAsync(buffer, cancellationToken);
            }

            buffer.Span[0] = bytes[_given++];
            return 1;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }

    /// <summary>Never has anything to read, and takes nothing, or fails at it.</summary>
    private class StuckStream(IOException? writeFailure) : Stream
    {
        public TaskCompletionSource WriteBegan { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsDisposed { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            WriteBegan.TrySetResult();
            if (writeFailure is not null) throw writeFailure;
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
