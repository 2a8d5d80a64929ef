using System.Globalization;
using Nacre.Config.Values;
using Nacre.Crypto;

namespace Nacre.Tools.Sshd.Admission;

/// <summary>Turns newcomers away at random while many are not logged in (MaxStartups), and says in the log when that begins, goes on and ends.</summary>
internal sealed class StartupThrottle(SshdLog log)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(5);

    private TimeSpan? _firstDrop;
    private TimeSpan _lastDrop;
    private int _dropped;

    /// <summary>True to turn a newcomer away: from Begin on a growing share is, at Full all are.</summary>
    public static bool Sheds(MaxStartups limit, int waiting)
    {
        if (waiting < limit.Begin) return false;
        if (waiting >= limit.Full || limit.Rate >= 100) return true;
        int chance = limit.Rate + ((100 - limit.Rate) * (waiting - limit.Begin) / (limit.Full - limit.Begin));
        return SystemRandom.Instance.Below(100) < chance;
    }

    /// <summary>A newcomer was let in.</summary>
    public void OnAdmitted(MaxStartups limit, int waiting, TimeSpan now)
    {
        if (_firstDrop is not { } first || waiting >= limit.Begin - 1) return;
        log.Info(string.Create(CultureInfo.InvariantCulture, $"exited MaxStartups throttling after {Text(now - first)}, {_dropped} connections dropped"));
        _firstDrop = null;
    }

    /// <summary>A newcomer was turned away. True when that is to be said whatever the log's level for such a line.</summary>
    public bool OnDropped(TimeSpan now)
    {
        bool isFirst = _firstDrop is null;
        bool isDue = !isFirst && now - _lastDrop > LogInterval;
        if (isFirst) (_firstDrop, _dropped) = (now, 0);
        _dropped++;
        _lastDrop = now;
        if (isFirst) log.Error("beginning MaxStartups throttling");
        else if (isDue) log.Error(string.Create(CultureInfo.InvariantCulture, $"in MaxStartups throttling for {Text(now - _firstDrop!.Value)}, {_dropped} connections dropped"));
        return isFirst || isDue;
    }

    private static string Text(TimeSpan time) => time.ToString(time.Days > 0 ? @"d\dhh\hmm\m" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);
}
