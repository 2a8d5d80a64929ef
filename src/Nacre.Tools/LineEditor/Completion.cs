namespace Nacre.Tools.LineEditor;

/// <summary>What may follow at the cursor.</summary>
/// <param name="Insertion">What is sure to follow; may be empty.</param>
/// <param name="Choices">All that is possible, to be shown; empty where it is clear.</param>
internal sealed record Completion(string Insertion, IReadOnlyList<string> Choices)
{
    public static Completion None { get; } = new("", []);
}
