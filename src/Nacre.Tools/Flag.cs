namespace Nacre.Tools;

/// <summary>One flag of a tool, declared once: the parser, the usage and the documentation read it.</summary>
/// <param name="Letter">The letter after the dash.</param>
/// <param name="Value">What the usage calls its value, or null where it takes none.</param>
/// <param name="Help">One sentence: what it does.</param>
internal sealed record Flag(char Letter, string? Value, string Help)
{
    public bool TakesValue => Value is not null;

    /// <summary>A word that means the same behind two dashes, as resume in --resume; null for none.</summary>
    public string? Word { get; init; }

    /// <summary>Not for people: programs call with it, and the usage leaves it out.</summary>
    public bool IsHidden { get; init; }
}
