using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;

namespace Nacre.Tools.Tokens;

/// <summary>Signs with a key on a token, and asks for the PIN where the token or the key wants it.</summary>
/// <param name="process">Reaches the token; stays the caller's, and must outlive this.</param>
/// <param name="listing">The key.</param>
/// <param name="prompt">Asks for the PIN.</param>
internal sealed class TokenSigner(TokenProcess process, TokenKeyListing listing, ITokenPinPrompt prompt) : ISigner
{
    public TokenKeyListing Listing => listing;

    public PublicKey PublicKey => listing.PublicKey;

    public async ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        try
        {
            try
            {
                return await process.SignAsync(listing, algorithm, data, null, ct).ConfigureAwait(false);
            }
            catch (TokenException refused) when (refused.Fault == TokenFault.LoginRequired)
            {
                await process.LoginAsync(listing.Token, prompt, ct).ConfigureAwait(false);
            }

            return await process.SignAsync(listing, algorithm, data, null, ct).ConfigureAwait(false);
        }
        catch (TokenException wanting) when (wanting.Fault == TokenFault.PinRequired)
        {
            using Password pin = await prompt.AskAsync(listing.Token, ct).ConfigureAwait(false) ?? throw new TokenException(TokenFault.PinRequired);
            return await process.SignAsync(listing, algorithm, data, pin, ct).ConfigureAwait(false);
        }
    }
}
