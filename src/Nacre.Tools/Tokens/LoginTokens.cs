using Nacre.Agent;
using Nacre.Tools.Shared;

namespace Nacre.Tools.Tokens;

/// <summary>The tokens whose keys a client logs in with (PKCS11Provider). What goes wrong with them is told, and no reason not to log in by other means.</summary>
/// <param name="prompts">Asks for PINs.</param>
/// <param name="isBatch">True where nobody is asked.</param>
/// <param name="trace">Where it is told.</param>
internal sealed class LoginTokens(Prompts prompts, bool isBatch, ErrorTrace trace) : ITokenLibrary
{
    private readonly HashSet<Token> _leftOut = [];

    private TokenProcess? _process;

    public async ValueTask<IReadOnlyList<TokenKey>> OpenAsync(string path, ReadOnlyMemory<byte> pin, CancellationToken ct)
    {
        TokenProcess process = _process = new TokenProcess(path);
        var prompt = new TokenPinPrompt((question, asked) => prompts.AskAsync(question, echo: false, asked), trace.Say);
        try
        {
            IReadOnlyList<TokenSigner> signers = await TokenSearch.FindAsync(process, pin: null, prompt, trace.Fail, ct).ConfigureAwait(false);
            return [.. signers.Where(MayBeAsked).Select(signer => new TokenKey(signer, signer.Listing.Label))];
        }
        catch (TokenException failed)
        {
            trace.Fail(failed.Message);
            return [];
        }
    }

    public async ValueTask<bool> CloseAsync(string path, CancellationToken ct)
    {
        if (_process is null) return false;
        await _process.DisposeAsync().ConfigureAwait(false);
        _process = null;
        return true;
    }

    // A key that the server accepts and that then does not sign would only cost one of the attempts that it grants.
    private bool MayBeAsked(TokenSigner signer)
    {
        Token token = signer.Listing.Token;
        if (!isBatch || !token.WantsLogin) return true;
        if (_leftOut.Add(token)) trace.Fail($"pin required for '{token.Label}', and BatchMode asks nobody; an agent may have the token's keys (ssh-add -s)");
        return false;
    }
}
