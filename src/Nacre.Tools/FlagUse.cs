namespace Nacre.Tools;

/// <summary>A flag as it was given.</summary>
/// <param name="Letter">The letter after the dash.</param>
/// <param name="Value">Its value; empty where the flag takes none.</param>
/// <param name="Argument">The index of the argument that the value is, or ends.</param>
internal readonly record struct FlagUse(char Letter, string Value, int Argument = 0);
