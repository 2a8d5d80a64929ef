namespace Nacre.Protocol.Authentication;

/// <summary>Answers the questions of keyboard-interactive at the client (RFC 4256).</summary>
public interface IInteractivePrompter
{
    /// <summary>Shows one round to the person and returns the answers.</summary>
    /// <param name="request">The texts and prompts; they come from the server, so show their escaped forms only.</param>
    /// <param name="ct">Cancels waiting for a person.</param>
    /// <returns>One answer for each prompt, which the client erases after use, or null to give the method up.</returns>
    ValueTask<IReadOnlyList<Password>?> AnswerAsync(InteractiveRequest request, CancellationToken ct);
}
