using Nacre.Protocol.Authentication;

namespace Nacre.Tools.Tokens;

/// <summary>Asks a person for the PIN of a token, with OpenSSH's words.</summary>
/// <param name="ask">Shows the question and reads what is typed; null from it gives up.</param>
/// <param name="say">Tells the person something.</param>
internal sealed class TokenPinPrompt(Func<string, CancellationToken, ValueTask<Password?>> ask, Action<string> say) : ITokenPinPrompt
{
    /// <summary>Nothing typed gives up, too: a token locks itself after few wrong PINs, and an empty one would be wrong.</summary>
    public async ValueTask<Password?> AskAsync(Token token, CancellationToken ct)
    {
        Password? pin = await ask($"Enter PIN for '{token.Label}': ", ct).ConfigureAwait(false);
        if (pin is not { Utf8.IsEmpty: true }) return pin;
        pin.Dispose();
        return null;
    }

    // OpenSSH says this to those alone who asked for more; all others wait without knowing for what.
    public void Defer(Token token) => say("Deferring PIN entry to reader keypad.");
}
