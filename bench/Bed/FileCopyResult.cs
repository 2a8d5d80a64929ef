namespace Nacre.Bench.Bed;

/// <summary>How one copy went.</summary>
/// <param name="Seconds">Of the copy alone.</param>
/// <param name="ProcessorSeconds">What client and server used together, login included.</param>
/// <param name="ClientPeakKiB">The most memory that the client's program had.</param>
/// <param name="ServerPeakKiB">The most memory that the listening server's process had.</param>
internal readonly record struct FileCopyResult(double Seconds, double ProcessorSeconds, double ClientPeakKiB, double ServerPeakKiB);
