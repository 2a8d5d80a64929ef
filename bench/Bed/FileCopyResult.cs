namespace Nacre.Bench.Bed;

/// <summary>How one copy went.</summary>
/// <param name="Seconds">Of the copy alone.</param>
/// <param name="ProcessorSeconds">What client and server used together, login included.</param>
/// <param name="ClientPeakKiB">The most memory that the client's program had.</param>
/// <param name="ServerPeakKiB">The most memory that the listening server's process had.</param>
internal readonly record struct FileCopyResult(double Seconds, double ProcessorSeconds, double ClientPeakKiB, double ServerPeakKiB)
{
    private const double KiBPerMiB = 1024, MostMiB = 64;

    /// <summary>Adds the rows that tell how much memory our two ends had at most.</summary>
    public static void AddMemory(Report report, string what, double clientPeakKiB, double serverPeakKiB)
    {
        report.Add(new Row($"memory of sftp with {what}, at most") { Unit = "MiB", Ours = clientPeakKiB / KiBPerMiB, Target = Target.OursAtMost(MostMiB) });
        report.Add(new Row($"memory of its server with {what}, at most") { Unit = "MiB", Ours = serverPeakKiB / KiBPerMiB, Target = Target.OursAtMost(MostMiB) });
    }
}
