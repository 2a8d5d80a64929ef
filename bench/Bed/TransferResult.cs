namespace Nacre.Bench.Bed;

/// <summary>How one bulk transfer went.</summary>
/// <param name="Seconds">From the start of the remote command to the end of the client.</param>
/// <param name="ProcessorSeconds">What client and server used together, login included, the programs that make and take the bytes not.</param>
internal readonly record struct TransferResult(double Seconds, double ProcessorSeconds);
