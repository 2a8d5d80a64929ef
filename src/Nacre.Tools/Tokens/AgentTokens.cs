using System.Security.Cryptography;
using Nacre.Agent;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;

namespace Nacre.Tools.Tokens;

/// <summary>Opens libraries of tokens for an agent, each in a process of its own, and ends that process with the last key that came out of it: the logins end with it.</summary>
/// <param name="warn">Is told why a library or a token has no keys to give.</param>
internal sealed class AgentTokens(Action<string> warn) : ITokenLibrary, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Opened> _open = [];

    public async ValueTask<IReadOnlyList<TokenKey>> OpenAsync(string path, ReadOnlyMemory<byte> pin, CancellationToken ct)
    {
        Opened opened = Enter(path);
        try
        {
            using Password? given = pin.IsEmpty ? null : new Password(pin.Span);
            IReadOnlyList<TokenSigner> found = await TokenSearch.FindAsync(opened.Process, given, AskpassPrompt.Silent, warn, ct).ConfigureAwait(false);
            return [.. found.Select(signer => Keep(opened, signer))];
        }
        catch (Exception refused) when (refused is TokenException or ArgumentException)
        {
            warn($"failed PKCS#11 add of \"{Printable.Escape(path)}\": {refused.Message}");
            return [];
        }
        finally
        {
            Leave(opened);
        }
    }

    public async ValueTask<bool> CloseAsync(string path, CancellationToken ct)
    {
        Opened? opened;
        lock (_lock)
        {
            if (!_open.Remove(path, out opened)) return false;
        }

        await opened.Process.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        Opened[] all;
        lock (_lock)
        {
            all = [.. _open.Values];
            _open.Clear();
        }

        foreach (Opened opened in all) await opened.Process.DisposeAsync().ConfigureAwait(false);
    }

    private Opened Enter(string path)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(path, out Opened? opened)) _open[path] = opened = new Opened(path);
            opened.Users++;
            return opened;
        }
    }

    private TokenKey Keep(Opened opened, TokenSigner found)
    {
        lock (_lock) opened.Users++;
        var signer = new TokenSigner(opened.Process, found.Listing, AskpassPrompt.Instance);
        return new TokenKey(new KeptSigner(this, opened, signer), found.Listing.Label);
    }

    private void Leave(Opened opened)
    {
        lock (_lock)
        {
            if (--opened.Users > 0) return;
            if (_open.GetValueOrDefault(opened.Path) == opened) _open.Remove(opened.Path);
        }

        // Nobody waits for it: the process ends when its pipe does.
        _ = opened.Process.DisposeAsync().AsTask();
    }

    /// <summary>A library, and how many keys and requests it is open for; the count is guarded by the lock.</summary>
    private sealed class Opened(string path)
    {
        public string Path => path;

        public TokenProcess Process { get; } = new(path);

        public int Users { get; set; }
    }

    private sealed class KeptSigner(AgentTokens tokens, Opened opened, TokenSigner signer) : ISigner, IDisposable
    {
        public PublicKey PublicKey => signer.PublicKey;

        public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => signer.SignAsync(algorithm, data, ct);

        public void Dispose() => tokens.Leave(opened);
    }

    /// <summary>Asks through the program that SSH_ASKPASS names, for keys that want a PIN when they sign; an agent has no terminal.</summary>
    private sealed class AskpassPrompt(bool asks) : ITokenPinPrompt
    {
        public static AskpassPrompt Instance { get; } = new(asks: true);

        /// <summary>Asks for nothing: whoever adds a token gives its PIN.</summary>
        public static AskpassPrompt Silent { get; } = new(asks: false);

        public async ValueTask<Password?> AskAsync(Token token, CancellationToken ct)
        {
            if (!asks || !Askpass.OfProcess.IsWanted(hasTerminal: false)) return null;
            if (await Askpass.OfProcess.AskAsync($"Enter PIN for '{token.Label}': ", ct).ConfigureAwait(false) is not { } typed) return null;
            try
            {
                return new Password(typed.AsSpan());
            }
            finally
            {
                CryptographicOperations.ZeroMemory(typed);
            }
        }

        public void Defer(Token token)
        {
        }
    }
}
