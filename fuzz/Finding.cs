namespace Nacre.Fuzz;

/// <summary>An input that a parser did not survive.</summary>
internal sealed record Finding(string Target, byte[] Input, string What);
