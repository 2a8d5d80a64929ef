namespace Nacre.Tools;

/// <summary>One flag of a tool, declared once: the parser, the usage and the documentation read it.</summary>
/// <param name="Letter">The letter after the dash.</param>
/// <param name="Value">What the usage calls its value, or null where it takes none.</param>
/// <param name="Help">One sentence: what it does.</param>
internal sealed record Flag(char Letter, string? Value, string Help)
{
    public bool TakesValue => Value is not null;
}
