using System.Diagnostics;
using System.Globalization;
using Nacre.Unix;

namespace Nacre.Tools.FileTransfer;

/// <summary>Shows on one line of the terminal how far a copy is: name, percent, bytes, rate and the time it will take.</summary>
internal sealed class ProgressMeter : IProgress<long>, IDisposable
{
    private const int UsualWidth = 80, FiguresWidth = 35, MostSeconds = 359_999;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly TextWriter _output;
    private readonly string _name;
    private readonly long _total;
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _drawn;
    private long _done;

    public ProgressMeter(TextWriter output, string name, long total)
    {
        (_output, _name, _total) = (output, name, total);
        Draw(isEnd: false);
    }

    /// <summary>Takes the bytes copied so far and draws at most once a second.</summary>
    public void Report(long value)
    {
        _done = value;
        if (Stopwatch.GetElapsedTime(_drawn) >= Interval) Draw(isEnd: false);
    }

    /// <summary>Draws the end and leaves the line.</summary>
    public void Dispose() => Draw(isEnd: true);

    /// <summary>The line as it stands after some time.</summary>
    internal static string Line(string name, long done, long total, TimeSpan elapsed, int width, bool isEnd)
    {
        int nameWidth = Math.Max(1, width - FiguresWidth);
        string shown = name.Length > nameWidth ? name[..nameWidth] : name.PadRight(nameWidth);
        long percent = total <= 0 ? 100 : Math.Min(100, (long)(done * 100.0 / total));
        double rate = elapsed.TotalSeconds > 0 ? done / elapsed.TotalSeconds : 0;
        double seconds = isEnd ? elapsed.TotalSeconds : rate > 0 ? (total - done) / rate : 0;
        string time = !isEnd && done == 0 ? "--:--" : Clock((long)Math.Clamp(seconds, 0, MostSeconds));
        return string.Create(CultureInfo.InvariantCulture, $"{shown} {percent,3}% {ByteCount.Short(done),6} {ByteCount.Rate(rate),7}/s {time,7} {(isEnd ? "   " : "ETA")}");
    }

    private static string Clock(long seconds) => seconds >= 3600
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:00}:{seconds % 60:00}");

    private void Draw(bool isEnd)
    {
        _drawn = Stopwatch.GetTimestamp();
        int width = TerminalSize.TryOf(1, out TerminalSize size) && size.Columns > 0 ? (int)size.Columns : UsualWidth;
        _output.Write("\r" + Line(_name, _done, _total, Stopwatch.GetElapsedTime(_start), width, isEnd) + (isEnd ? "\n" : ""));
        _output.Flush();
    }
}
