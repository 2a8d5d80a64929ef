using System.Globalization;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Shared;

/// <summary>Where the time of a run of ssh went: each step with how long it took, and how long channels stood still (ssh --trace).</summary>
/// <param name="clock">Tells the time.</param>
internal sealed class Timeline(TimeProvider clock) : IStepObserver
{
    /// <summary>A connection that lasts changes keys for ever; steps after so many are only counted.</summary>
    public const int MaxSteps = 500;

    private readonly Lock _lock = new();
    private readonly long _start = clock.GetTimestamp();
    private readonly List<(TimeSpan At, string Text)> _steps = [];
    private readonly SortedDictionary<(uint Channel, Stall Stall), Wait> _waits = [];
    private long _untold;

    public void OnStep(string step)
    {
        TimeSpan now = clock.GetElapsedTime(_start);
        lock (_lock)
        {
            if (_steps.Count < MaxSteps) _steps.Add((now, step));
            else _untold++;
        }
    }

    public void OnStall(uint channel, Stall stall, bool isOver)
    {
        TimeSpan now = clock.GetElapsedTime(_start);
        lock (_lock)
        {
            if (!_waits.TryGetValue((channel, stall), out Wait? wait)) _waits.Add((channel, stall), wait = new Wait());
            if (isOver) wait.End(now);
            else wait.Begin(now);
        }
    }

    /// <summary>What hears of the steps of one machine, which are told with its name.</summary>
    public IStepObserver For(string machine) => new OfMachine(this, machine);

    /// <summary>The table: when each step was over and how long it took, in milliseconds; then the waits.</summary>
    public IReadOnlyList<string> Lines()
    {
        TimeSpan now = clock.GetElapsedTime(_start);
        var lines = new List<string> { "   at ms    took ms  step" };
        lock (_lock)
        {
            TimeSpan before = TimeSpan.Zero;
            foreach ((TimeSpan at, string text) in _steps)
            {
                lines.Add(Line(at, at - before, text));
                before = at;
            }

            if (_untold > 0) lines.Add($"and {_untold} further steps");
            foreach (((uint channel, Stall stall), Wait wait) in _waits) lines.Add(wait.Describe(channel, stall, now));
        }

        return lines;
    }

    private static string Line(TimeSpan at, TimeSpan took, string text) =>
        string.Create(CultureInfo.InvariantCulture, $"{at.TotalMilliseconds,8:F1} {took.TotalMilliseconds,10:F1}  {text}");

    /// <summary>The waits of one channel for one side.</summary>
    private sealed class Wait
    {
        private int _count;
        private TimeSpan _total;
        private TimeSpan _longest;
        private TimeSpan? _since;

        public void Begin(TimeSpan now)
        {
            if (_since is not null) return;
            _since = now;
            _count++;
        }

        public void End(TimeSpan now)
        {
            if (_since is not { } since) return;
            _since = null;
            _total += now - since;
            if (now - since > _longest) _longest = now - since;
        }

        public string Describe(uint channel, Stall stall, TimeSpan now)
        {
            bool isWaiting = _since is not null;
            End(now);
            string whom = stall == Stall.PeerWindow ? "the peer to take data (its window was used up)" : "us to take data (our window was used up)";
            string end = isWaiting ? ", the last to the end" : "";
            return string.Create(CultureInfo.InvariantCulture,
                $"channel {channel}: waited {_count} times for {whom}, {_total.TotalMilliseconds:F1} ms in all, {_longest.TotalMilliseconds:F1} ms at the longest{end}");
        }
    }

    private sealed class OfMachine(Timeline timeline, string machine) : IStepObserver
    {
        public void OnStep(string step) => timeline.OnStep($"{machine}: {step}");

        // Channels are numbered anew for each machine; what goes on behind a jump host is what the person waits for.
        public void OnStall(uint channel, Stall stall, bool isOver)
        {
        }
    }
}
