using Nacre.Protocol.Authentication;
using Nacre.Server;
using Nacre.Tests.Authentication;

namespace Nacre.Tests.Server;

/// <summary>A rejection takes the same time whether the user exists or not .</summary>
public sealed class EvenTimedAuthenticatorTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 6, 6)]
    [InlineData(5.9, 6, 0.1)]
    [InlineData(6, 6, 0)]
    [InlineData(6.1, 6, 5.9)]
    [InlineData(13, 6, 11)]
    [InlineData(1000, 6, 536)]
    [InlineData(5001, 6, 0)]
    public void What_is_left_is_rounded_up_by_doubling_A12(double elapsed, double floor, double left) =>
        Assert.Equal(left, EvenTimedAuthenticator.Remaining(TimeSpan.FromMilliseconds(elapsed), TimeSpan.FromMilliseconds(floor)).TotalMilliseconds, 3);

    [Fact]
    public void The_floor_is_between_5_and_9_3_ms_the_same_for_a_user_and_another_in_each_process_A12()
    {
        var first = new EvenTimedAuthenticator(new KnownUser(), TimeProvider.System);
        var second = new EvenTimedAuthenticator(new KnownUser(), TimeProvider.System);
        double[] floors = [.. Enumerable.Range(0, 200).Select(i => first.FloorFor($"user{i}").TotalMilliseconds)];
        Assert.All(floors, floor => Assert.InRange(floor, 5, 9.3));
        Assert.True(floors.Distinct().Count() > 150);
        Assert.True(floors.Max() - floors.Min() > 3);
        Assert.Equal(first.FloorFor("al"), first.FloorFor("al"));
        Assert.NotEqual(first.FloorFor("al"), second.FloorFor("al"));
    }

    [Fact]
    public async Task A_rejection_ends_at_the_floor_whatever_the_policy_took_A12()
    {
        foreach (double work in new[] { 0.0, 1, 3, 4.9 })
        {
            var time = new ManualTime();
            var policy = new EvenTimedAuthenticator(new KnownUser { Name = "known" }, time);
            using var password = new Password("wrong");
            foreach (string user in new[] { "known", "nobody" })
            {
                TimeSpan start = time.Now;
                time.RunAtSecondReading(() => time.Advance(TimeSpan.FromMilliseconds(work)));
                Task<AuthenticationVerdict> judging = policy.JudgeAsync(new PasswordAttempt(user, password, null), Ct).AsTask();
                TimeSpan floor = policy.FloorFor(user);
                time.Advance(start + floor - time.Now - TimeSpan.FromTicks(20));
                Assert.False(judging.IsCompleted);
                time.Advance(TimeSpan.FromMilliseconds(1));
                Assert.False((await judging.WaitAsync(TimeSpan.FromSeconds(10), Ct)).IsAccepted);
            }
        }
    }

    [Fact]
    public async Task What_lets_in_and_the_method_none_are_not_delayed()
    {
        var policy = new EvenTimedAuthenticator(new KnownUser { Password = "right" }, new ManualTime());
        using var password = new Password("right");
        Assert.True(policy.JudgeAsync(new PasswordAttempt("al", password, null), Ct).AsTask().IsCompleted);
        Assert.True(policy.JudgeAsync(new NoneAttempt("al"), Ct).AsTask().IsCompleted);
        Assert.True((await policy.JudgeAsync(new PasswordAttempt("al", password, null), Ct)).IsAccepted);
    }

    [Fact]
    public async Task A_policy_that_throws_takes_as_long_A12()
    {
        var time = new ManualTime();
        var policy = new EvenTimedAuthenticator(new KnownUser { Interactive = (_, _) => throw new TimeoutException() }, time);
        Task<AuthenticationVerdict> judging = policy.JudgeAsync(new KeyboardInteractiveAttempt("al", "", null!), Ct).AsTask();
        Assert.False(judging.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(10));
        await Assert.ThrowsAsync<TimeoutException>(() => judging.WaitAsync(TimeSpan.FromSeconds(10), Ct));
    }

    /// <summary>A clock that stands until it is moved.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private readonly List<ManualTimer> _timers = [];
        private Action? _work;
        private int _readings;
        private long _ticks;

        public TimeSpan Now => new(Volatile.Read(ref _ticks));

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        /// <summary>Runs between the first reading of the clock and the second: the work of the policy.</summary>
        public void RunAtSecondReading(Action work) => (_readings, _work) = (0, work);

        public override long GetTimestamp()
        {
            if (++_readings == 2) _work?.Invoke();
            return Volatile.Read(ref _ticks);
        }

        public void Advance(TimeSpan time)
        {
            Interlocked.Add(ref _ticks, time.Ticks);
            foreach (ManualTimer timer in _timers.ToArray()) timer.Check();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new ManualTimer(this, callback, state, Now + dueTime);
            _timers.Add(timer);
            return timer;
        }

        private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state, TimeSpan due) : ITimer
        {
            private bool _isDone;

            public void Check()
            {
                if (_isDone || time.Now < due) return;
                _isDone = true;
                callback(state);
            }

            public bool Change(TimeSpan dueTime, TimeSpan period) => false;

            public void Dispose() => _isDone = true;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }
}
