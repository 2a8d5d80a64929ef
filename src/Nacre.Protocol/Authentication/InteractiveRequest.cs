using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>One round of keyboard-interactive (RFC 4256 3.2): what the server says and asks.</summary>
/// <param name="Name">A title; may be empty.</param>
/// <param name="Instruction">What the person should know; may be empty.</param>
/// <param name="Prompts">What is asked; none is valid and still shows the texts.</param>
public sealed record InteractiveRequest(PeerText Name, PeerText Instruction, IReadOnlyList<InteractivePrompt> Prompts)
{
    /// <summary>More prompts than this in one round are refused, in either role.</summary>
    public const int MaxPrompts = 100;
}

/// <summary>One question of a round.</summary>
/// <param name="Text">The prompt.</param>
/// <param name="Echo">True when the answer may be seen while it is typed.</param>
public sealed record InteractivePrompt(PeerText Text, bool Echo);
