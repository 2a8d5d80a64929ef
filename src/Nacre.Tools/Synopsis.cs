namespace Nacre.Tools;

/// <summary>One way to call a tool: a paragraph of its usage.</summary>
/// <param name="Required">The letters of the flags that must be there, in the order of printing.</param>
/// <param name="Optional">The letters of the flags that may be there; neighbours without values share one bracket.</param>
/// <param name="Operands">What follows the flags.</param>
internal sealed record Synopsis(string Required, string Optional, string Operands = "")
{
    /// <summary>What the values of some flags are called here, where that is not what <see cref="Flag.Value"/> says.</summary>
    public Dictionary<char, string> Values { get; } = [];
}
