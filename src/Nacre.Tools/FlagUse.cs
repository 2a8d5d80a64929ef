namespace Nacre.Tools;

/// <summary>A flag as it was given.</summary>
/// <param name="Letter">The letter after the dash.</param>
/// <param name="Value">Its value; empty where the flag takes none.</param>
internal readonly record struct FlagUse(char Letter, string Value);
