using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Tokens;

/// <summary>Finds the keys on the tokens of a library, and logs in where that is needed to see them, in OpenSSH's order.</summary>
internal static class TokenSearch
{
    /// <summary>Finds the keys.</summary>
    /// <param name="process">Reaches the tokens; must outlive what is found.</param>
    /// <param name="pin">The PIN for all tokens that want a login; null to ask only where nothing is to be seen without.</param>
    /// <param name="prompt">Asks for PINs, now and when the keys sign.</param>
    /// <param name="warn">Is told of tokens that are passed over.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="TokenException">The library cannot be used.</exception>
    public static async Task<IReadOnlyList<TokenSigner>> FindAsync(TokenProcess process, Password? pin, ITokenPinPrompt prompt, Action<string> warn, CancellationToken ct)
    {
        var found = new List<TokenSigner>();
        foreach (Token token in await process.ListTokensAsync(ct).ConfigureAwait(false))
        {
            try
            {
                foreach (TokenKeyListing key in await FindAsync(process, token, pin, prompt, ct).ConfigureAwait(false))
                {
                    if (!found.Exists(each => each.PublicKey.Equals(key.PublicKey))) found.Add(new TokenSigner(process, key, prompt));
                }
            }
            catch (TokenException refused) when (refused.Fault != TokenFault.NoProvider)
            {
                warn($"token \"{token.Label}\" of {Printable.Escape(process.Library)}: {refused.Message}");
            }
        }

        return found;
    }

    /// <summary>Logs in with the PIN that a person says, here or at the token.</summary>
    /// <exception cref="TokenException">It does not let in, or nobody says it.</exception>
    public static async Task LoginAsync(this TokenProcess process, Token token, ITokenPinPrompt prompt, CancellationToken ct)
    {
        if (token.HasPinPad)
        {
            prompt.Defer(token);
            await process.LoginAsync(token, (Password?)null, ct).ConfigureAwait(false);
            return;
        }

        using Password pin = await prompt.AskAsync(token, ct).ConfigureAwait(false) ?? throw new TokenException(TokenFault.LoginRequired);
        await process.LoginAsync(token, pin, ct).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<TokenKeyListing>> FindAsync(TokenProcess process, Token token, Password? pin, ITokenPinPrompt prompt, CancellationToken ct)
    {
        if (token.WantsLogin && pin is not null) await process.LoginAsync(token, token.HasPinPad ? null : pin, ct).ConfigureAwait(false);
        IReadOnlyList<TokenKeyListing> keys = await process.ListKeysAsync(token, ct).ConfigureAwait(false);
        if (keys.Count > 0 || !token.WantsLogin || pin is not null) return keys;
        await process.LoginAsync(token, prompt, ct).ConfigureAwait(false);
        return await process.ListKeysAsync(token, ct).ConfigureAwait(false);
    }
}
