namespace Nacre.Protocol.Authentication;

/// <summary>Asks the person at the client, round by round (RFC 4256), while a server judges a keyboard-interactive attempt.</summary>
public interface IInteractiveConversation
{
    /// <summary>Sends one round and waits for the answers.</summary>
    /// <param name="request">What to say and to ask.</param>
    /// <param name="ct">Cancels waiting.</param>
    /// <returns>One answer for each prompt; erased when the attempt has been judged.</returns>
    /// <exception cref="OperationCanceledException">The client began something else or went away; let it pass.</exception>
    ValueTask<IReadOnlyList<Password>> AskAsync(InteractiveRequest request, CancellationToken ct);
}
