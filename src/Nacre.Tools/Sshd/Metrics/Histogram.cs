namespace Nacre.Tools.Sshd.Metrics;

/// <summary>How often something took how long, in the steps that a reader of metrics adds up (Prometheus' histogram).</summary>
internal sealed class Histogram(params double[] boundsInSeconds)
{
    private readonly long[] _counts = new long[boundsInSeconds.Length + 1];
    private readonly Lock _lock = new();
    private TimeSpan _sum;

    public void Add(TimeSpan duration)
    {
        int step = 0;
        while (step < boundsInSeconds.Length && duration.TotalSeconds > boundsInSeconds[step]) step++;
        lock (_lock)
        {
            _counts[step]++;
            _sum += duration;
        }
    }

    /// <summary>Writes it as a family of the text form.</summary>
    public void Write(MetricsText text, string name, string help)
    {
        text.Begin(name, "histogram", help);
        lock (_lock)
        {
            long count = 0;
            for (int step = 0; step < boundsInSeconds.Length; step++) text.Add($"{name}_bucket", count += _counts[step], ("le", MetricsText.Number(boundsInSeconds[step])));
            text.Add($"{name}_bucket", count += _counts[^1], ("le", "+Inf"));
            text.Add($"{name}_sum", _sum.TotalSeconds);
            text.Add($"{name}_count", count);
        }
    }
}
