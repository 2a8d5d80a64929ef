using Nacre.Crypto;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Transport;

/// <summary>Who is the writer for what is posted: whoever posts a little in a conversation, the writer's own thread for all else.</summary>
public sealed class OutboxTests : IDisposable
{
    private Outbox _outbox = new();
    private readonly OutboundCodec _codec = new(SystemRandom.Instance);
    private volatile int _poster;

    private bool IsWithinPost => Environment.CurrentManagedThreadId == _poster;

    public void Dispose()
    {
        _outbox.Dispose();
        _codec.Dispose();
    }

    [Theory]
    [InlineData(ChannelData.HeaderLength)]
    [InlineData(Outbox.Little)]
    public async Task A_little_data_is_taken_in_the_very_call_that_posts_it_once_the_peer_was_heard(int length)
    {
        _outbox.LendWriter();

        Assert.True(await IsTakenWithinPostAsync(Data(length)));
    }

    [Fact]
    public async Task Each_word_from_the_peer_makes_one_such_call()
    {
        for (int i = 0; i < 2; i++)
        {
            _outbox.LendWriter();

            Assert.True(await IsTakenWithinPostAsync(Data(20)));
            Assert.False(await IsTakenWithinPostAsync(Data(20)));
        }
    }

    [Fact]
    public async Task More_data_goes_to_the_writers_own_thread()
    {
        _outbox.LendWriter();

        Assert.False(await IsTakenWithinPostAsync(Data(Outbox.Little + 1)));
    }

    [Fact]
    public async Task What_is_no_data_goes_to_the_writers_own_thread()
    {
        _outbox.LendWriter();
        var adjust = new ChannelWindowAdjust { RecipientChannel = 1, BytesToAdd = 1 };

        Assert.False(await IsTakenWithinPostAsync(Message.Write(new PacketPool(), ref adjust)));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(Outbox.Little + 1, false)]
    public async Task Where_the_writer_is_lent_a_little_that_is_no_data_is_taken_in_the_very_call_that_posts_it(int length, bool isTaken)
    {
        Lend();

        Assert.Equal(isTaken, await IsTakenWithinPostAsync(Ignore(length)));
        Assert.False(await IsTakenWithinPostAsync(Data(20)));
    }

    [Fact]
    public async Task A_flight_goes_out_together_when_it_is_whole()
    {
        Lend();
        int taken = 0;

        await Task.Run(PostFlightAsync);

        async Task PostFlightAsync()
        {
            Task writing = WriteAsync();
            _outbox.BeginFlight();
            _outbox.BeginFlight();
            _outbox.Post(Ignore(1), isUrgent: false);
            _outbox.Post(Ignore(1), isUrgent: false);
            _outbox.EndFlight();
            Assert.Equal(0, taken);
            _outbox.EndFlight();
            Assert.Equal(2, taken);
            await writing;
        }

        async Task WriteAsync()
        {
            await _outbox.WaitAsync().ConfigureAwait(false);
            for (; taken < 2; taken++) Take();
        }
    }

    [Fact]
    public async Task A_connection_that_another_process_goes_on_with_ends_its_writer_at_once()
    {
        Lend();

        await Task.Run(FreezeAsync);

        async Task FreezeAsync()
        {
            ValueTask<bool> waiting = _outbox.WaitAsync();
            _outbox.Freeze();
            Assert.True(waiting.IsCompleted);
            Assert.False(await waiting);
        }
    }

    [Fact]
    public async Task Whoever_posts_is_not_kept_for_what_others_post_meanwhile()
    {
        _outbox.LendWriter();
        var taken = new List<bool>();

        await Task.Run(() => PostAsync(Data(20), WriteAsync()));

        Assert.Equal([true, false], taken);

        async Task WriteAsync()
        {
            while (taken.Count < 2 && await _outbox.WaitAsync().ConfigureAwait(false))
            {
                Take();
                taken.Add(IsWithinPost);
                if (taken.Count == 1) _outbox.Post(Data(30), isUrgent: false);
            }
        }
    }

    [Fact]
    public async Task Whoever_posts_does_not_run_what_follows_the_end()
    {
        _outbox.LendWriter();
        bool isEndWithinPost = true;

        await Task.Run(() => PostAsync(Data(20), WriteAsync()));

        Assert.False(isEndWithinPost);

        async Task WriteAsync()
        {
            while (await _outbox.WaitAsync().ConfigureAwait(false))
            {
                Take();
                _outbox.Close();
            }

            isEndWithinPost = IsWithinPost;
        }
    }

    private void Lend()
    {
        _outbox.Dispose();
        _outbox = new Outbox { IsLent = true };
    }

    private static Packet Ignore(int length)
    {
        var ignore = new Ignore { Data = new byte[length] };
        return Message.Write(new PacketPool(), ref ignore);
    }

    private static Packet Data(int length)
    {
        var data = new ChannelData { RecipientChannel = 1, Data = new byte[length - ChannelData.HeaderLength] };
        return Message.Write(new PacketPool(), ref data);
    }

    // On a thread of the pool: above a test there is a context that sends continuations elsewhere.
    private async Task<bool> IsTakenWithinPostAsync(Packet packet)
    {
        bool isWithinPost = false;
        await Task.Run(() => PostAsync(packet, WriteAsync()));
        return isWithinPost;

        async Task WriteAsync()
        {
            await _outbox.WaitAsync().ConfigureAwait(false);
            isWithinPost = IsWithinPost;
            Take();
        }
    }

    /// <summary>Posts, with a writer that waits already.</summary>
    private async Task PostAsync(Packet packet, Task writing)
    {
        _poster = Environment.CurrentManagedThreadId;
        _outbox.Post(packet, isUrgent: false);
        _poster = -1;
        await writing;
    }

    private void Take()
    {
        Assert.True(_outbox.TryTake(_codec, PacketLimits.MaxPacketLength, out OutboxItem item));
        item.Dispose();
    }
}
