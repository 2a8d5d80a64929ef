using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Tools.Shared;

namespace Nacre.Tools.SecurityKeys;

/// <summary>Has an agent sign with keys that security keys keep; touch and PIN are asked for through the program that SSH_ASKPASS names.</summary>
internal static class AgentSecurityKeys
{
    /// <summary>What signs with a key.</summary>
    /// <param name="key">What its file says; stays the agent's.</param>
    /// <param name="provider">The library that speaks to the security key.</param>
    /// <param name="hash">The hash that people see the key in.</param>
    public static ISigner Reach(SecurityPrivateKey key, string provider, FingerprintHash hash)
    {
        bool wantsTouch = (key.Flags & SecurityKeyFlags.UserPresence) != 0;
        string question = $"Enter PIN{(wantsTouch ? " and confirm user presence" : "")} for {key.PublicKey.ShortType} key {key.PublicKey.FingerprintBy(hash)}: ";
        return new SecurityKeySigner(key, new SecurityKeyProcess(provider), ct => AskPinAsync(question, ct), wanted => TouchNotice.Begin(wanted, hash, usesTerminal: false));
    }

    private static async ValueTask<Password?> AskPinAsync(string question, CancellationToken ct)
    {
        if (!Askpass.OfProcess.IsWanted(hasTerminal: false) || await Askpass.OfProcess.AskAsync(question, ct).ConfigureAwait(false) is not { } typed) return null;
        try
        {
            return new Password(typed.AsSpan());
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(typed);
        }
    }
}
