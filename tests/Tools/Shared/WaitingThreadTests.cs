using Nacre.Tools.Shared;

namespace Nacre.Tests.Tools.Shared;

public sealed class WaitingThreadTests
{
    [Fact]
    public void What_the_work_comes_to_is_returned()
    {
        Assert.Equal(7, new WaitingThread().WaitFor(Task.Run(static () => 7)));
        Assert.Throws<FormatException>(static () => new WaitingThread().WaitFor(Task.FromException<int>(new FormatException())));
    }

    [Fact]
    public void A_delay_ends_while_the_thread_waits_and_not_before()
    {
        var clock = new WaitingThread();
        var begun = new TaskCompletionSource<int>();
        Task delay = Task.Delay(TimeSpan.FromMilliseconds(1), clock);
        Assert.False(delay.IsCompleted);
        _ = delay.ContinueWith(_ => begun.SetResult(1), TaskScheduler.Default);
        Assert.Equal(1, clock.WaitFor(begun.Task));
    }

    [Fact]
    public void A_timer_rings_again_and_again_until_it_is_disposed_of()
    {
        var clock = new WaitingThread();
        var rung = new TaskCompletionSource<int>();
        int count = 0;
        using ITimer timer = clock.CreateTimer(
            _ =>
            {
                if (Interlocked.Increment(ref count) == 3) rung.TrySetResult(count);
            },
            null,
            TimeSpan.Zero,
            TimeSpan.FromMilliseconds(1));
        Assert.Equal(3, clock.WaitFor(rung.Task));
        timer.Dispose();
        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void A_timer_that_is_due_sooner_than_the_one_before_it_rings_first()
    {
        var clock = new WaitingThread();
        Task late = Task.Delay(TimeSpan.FromHours(1), clock);
        Task<int> work = Task.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), clock);
            return 2;
        });
        Assert.Equal(2, clock.WaitFor(work));
        Assert.False(late.IsCompleted);
    }

    [Fact]
    public void A_timer_that_is_set_anew_rings_at_the_new_time_only()
    {
        var clock = new WaitingThread();
        var rung = new TaskCompletionSource<int>();
        int count = 0;
        using ITimer timer = clock.CreateTimer(_ => rung.TrySetResult(Interlocked.Increment(ref count)), null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        Assert.True(timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan));
        Assert.Equal(1, clock.WaitFor(rung.Task));
    }
}
