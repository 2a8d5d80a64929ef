using System.Globalization;
using Nacre.Tools.Shared;

namespace Nacre.Tools.FileTransfer;

/// <summary>How far the copy of one file is, as a line: name, percent, bytes, rate and the time it will take, as OpenSSH shows it.</summary>
/// <param name="name">The name, safe to show.</param>
/// <param name="total">The size of the file; 0 when unknown.</param>
internal sealed class ProgressLine(string name, long total)
{
    /// <summary>The columns behind the name, and one that stays free, for a full row would scroll.</summary>
    private const int FiguresWidth = 35;

    /// <summary>What an earlier rate counts for, so that the figure does not jump.</summary>
    private const double Inertia = 0.9;

    private const long MostSeconds = 359_999;

    private static readonly TimeSpan StallTime = TimeSpan.FromSeconds(5);

    private TimeSpan _last;
    private TimeSpan _stalled;
    private long _start, _lastDone;
    private double _rate;

    /// <summary>The bytes that are there.</summary>
    public long Done { get; set; }

    /// <summary>So many bytes were there before, and do not count for the rate.</summary>
    public void Skip(long start) => (_start, _lastDone, Done) = (start, start, start);

    /// <summary>The line as it stands.</summary>
    /// <param name="elapsed">Since the file was begun; never less than the time before.</param>
    /// <param name="columns">The columns of the terminal.</param>
    public string At(TimeSpan elapsed, int columns)
    {
        long step = Done - _lastDone;
        TimeSpan time = elapsed - _last;
        _stalled = step == 0 ? _stalled + time : TimeSpan.Zero;
        if (time > TimeSpan.Zero)
        {
            double now = step / time.TotalSeconds;
            _rate = _rate > 0 ? (_rate * Inertia) + (now * (1 - Inertia)) : now;
        }

        (_last, _lastDone) = (elapsed, Done);
        long left = Math.Max(0, total - Done);
        string rest = _stalled >= StallTime ? "- stalled -"
            : _rate <= 0 ? "  --:-- ETA"
            : $"{Clock(left / _rate)} ETA";
        return Line(_rate, rest, columns);
    }

    /// <summary>The line of a copy that has ended: the rate over all of it, and the time it took.</summary>
    public string AtEnd(TimeSpan elapsed, int columns)
    {
        double rate = elapsed > TimeSpan.Zero ? (Done - _start) / elapsed.TotalSeconds : Done - _start;
        return Line(rate, Clock(elapsed.TotalSeconds) + "    ", columns);
    }

    private string Line(double rate, string time, int columns)
    {
        int width = Math.Max(0, columns - FiguresWidth);
        string shown = TextWidth.Cut(name, width);
        string padded = shown + new string(' ', width - TextWidth.Of(shown));
        long percent = total <= 0 || Done >= total ? 100 : (long)(Done * 100.0 / total);
        string line = string.Create(CultureInfo.InvariantCulture, $"{padded} {percent,3}% {ByteCount.Short(Done)} {ByteCount.Rate(rate)}/s {time}");
        return line.Length < columns ? line : TextWidth.Cut(line, Math.Max(0, columns - 1));
    }

    private static string Clock(double seconds)
    {
        long whole = (long)Math.Clamp(seconds, 0, MostSeconds);
        return whole >= 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{whole / 3600}:{whole / 60 % 60:00}:{whole % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"  {whole / 60:00}:{whole % 60:00}");
    }
}
