namespace Nacre.Protocol.Keys.Formats;

/// <summary>Serial numbers of certificates that follow each other, both ends included.</summary>
internal readonly record struct SerialRange(ulong Lowest, ulong Highest);
