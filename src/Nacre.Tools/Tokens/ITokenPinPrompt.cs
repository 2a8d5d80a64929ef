using Nacre.Protocol.Authentication;

namespace Nacre.Tools.Tokens;

/// <summary>Asks a person for the PIN of a token.</summary>
internal interface ITokenPinPrompt
{
    /// <summary>Asks; null where the person gives up, or there is nobody to ask.</summary>
    ValueTask<Password?> AskAsync(Token token, CancellationToken ct);

    /// <summary>Tells that the token waits for its PIN at its own keys; called instead of <see cref="AskAsync"/>.</summary>
    void Defer(Token token);
}
