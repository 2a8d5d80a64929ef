using Nacre.Client;
using Nacre.Config;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;

namespace Nacre.Tools.SshCopyId;

/// <summary>Asks a server which keys it knows: each is offered, and the server says whether a signature by it would let the user in (RFC 4252 7).</summary>
/// <remarks>No private key is needed and no passphrase asked for, and nobody is logged in.</remarks>
internal static class KeyCheck
{
    /// <summary>Servers end a connection after a few keys that they do not know: OpenSSH's after six attempts, of which some are taken by others.</summary>
    private const int KeysAtOnce = 3;

    /// <summary>The lines whose keys the server does not know; null when it could not be asked, which has then been said.</summary>
    public static async Task<IReadOnlyList<InstalledLine>?> WithoutInstalledAsync(IReadOnlyList<InstalledLine> lines, ClientConfig config, ErrorTrace trace)
    {
        var missing = new List<InstalledLine>();
        foreach (InstalledLine[] some in lines.Chunk(KeysAtOnce))
        {
            OfferedKey[] offered = [.. some.Select(static line => new OfferedKey(line))];
            if (!await OfferAsync(offered, config, trace).ConfigureAwait(false)) return null;
            missing.AddRange(offered.Where(static key => !key.IsAccepted).Select(static key => key.Line));
        }

        return missing;
    }

    private static async Task<bool> OfferAsync(IReadOnlyList<IIdentity> offered, ClientConfig config, ErrorTrace trace)
    {
        var attempt = new LoginAttempt(config, trace, hops: 0) { Offered = offered };
        try
        {
            SshClient? client = await attempt.RunAsync(options => options with
            {
                Passwords = null,
                Prompter = null,
                PreferredMethods = [MethodName.PublicKey],
            }).ConfigureAwait(false);
            if (client is not null) await client.DisposeAsync().ConfigureAwait(false);
            return client is not null;
        }
        catch (AuthenticationFailedException)
        {
            return true;
        }
        catch (SshDisconnectedException)
        {
            // It had enough of keys that it does not know, be it of a single one. What else it may mean the login that follows will tell.
            foreach (IIdentity one in offered.Count > 1 ? offered : [])
            {
                if (!await OfferAsync([one], config, trace).ConfigureAwait(false)) return false;
            }

            return true;
        }
        catch (Exception error) when (attempt.Explain(error) is { } line)
        {
            trace.Fail($"ssh-copy-id: ERROR: {line.ReplaceLineEndings("\nssh-copy-id: ERROR: ")}");
            return false;
        }
    }

    /// <summary>A key that is offered and never signs.</summary>
    private sealed class OfferedKey(InstalledLine line) : IIdentity
    {
        public InstalledLine Line => line;

        public bool IsAccepted { get; private set; }

        public string Name => "key";

        public PublicKey PublicKey => line.Key;

        public bool SignsUnasked => false;

        public ValueTask<ISigner?> OpenAsync(CancellationToken ct)
        {
            IsAccepted = true;
            return new ValueTask<ISigner?>((ISigner?)null);
        }
    }
}
