using Nacre.Protocol.Wire;
using Nacre.Tests.Sftp.Requests;
using Nacre.Tools.Shared;

namespace Nacre.Tests.Tools.Shared;

public sealed class TimelineTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Each_step_is_told_with_when_it_was_over_and_how_long_it_took()
    {
        var timeline = new Timeline(_time);

        Pass(1.5);
        timeline.OnStep("first");
        Pass(20);
        timeline.For("gate").OnStep("second");

        Assert.Equal(["   at ms    took ms  step", "     1.5        1.5  first", "    21.5       20.0  gate: second"], timeline.Lines());
    }

    [Fact]
    public void Waits_of_a_channel_are_added_up_for_each_side()
    {
        var timeline = new Timeline(_time);

        Wait(timeline, 3, Stall.PeerWindow, 10);
        Wait(timeline, 3, Stall.PeerWindow, 30);
        Wait(timeline, 0, Stall.OwnWindow, 5);
        timeline.OnStall(1, Stall.PeerWindow, isOver: false);
        Pass(2);

        Assert.Equal(
            [
                "channel 0: waited 1 times for us to take data (our window was used up), 5.0 ms in all, 5.0 ms at the longest",
                "channel 1: waited 1 times for the peer to take data (its window was used up), 2.0 ms in all, 2.0 ms at the longest, the last to the end",
                "channel 3: waited 2 times for the peer to take data (its window was used up), 40.0 ms in all, 30.0 ms at the longest",
            ],
            timeline.Lines().Skip(1));
    }

    [Fact]
    public void A_wait_that_ends_without_having_begun_is_none()
    {
        var timeline = new Timeline(_time);

        timeline.OnStall(0, Stall.OwnWindow, isOver: true);
        Wait(timeline, 0, Stall.OwnWindow, 1);

        Assert.Contains("waited 1 times", timeline.Lines()[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_without_end_take_no_memory_without_end()
    {
        var timeline = new Timeline(_time);

        for (int i = 0; i < Timeline.MaxSteps + 7; i++) timeline.OnStep("again");

        Assert.Equal((Timeline.MaxSteps + 2, "and 7 further steps"), (timeline.Lines().Count, timeline.Lines()[^1]));
    }

    private void Wait(Timeline timeline, uint channel, Stall stall, double milliseconds)
    {
        timeline.OnStall(channel, stall, isOver: false);
        Pass(milliseconds);
        timeline.OnStall(channel, stall, isOver: true);
    }

    private void Pass(double milliseconds) => _time.Pass(TimeSpan.FromMilliseconds(milliseconds));
}
