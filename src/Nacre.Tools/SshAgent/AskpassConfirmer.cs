using Nacre.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;

namespace Nacre.Tools.SshAgent;

/// <summary>Has SSH_ASKPASS ask whether a key may be used (ssh-add -c).</summary>
internal sealed class AskpassConfirmer(FingerprintHash hash) : IKeyUseConfirmer
{
    public ValueTask<bool> ConfirmAsync(KeyUse use, CancellationToken ct)
    {
        string question = $"Allow use of key {Printable.Escape(use.Comment)}?\nKey fingerprint {use.Key.FingerprintBy(hash)}.";
        if (use.UserName is { } user) question += $"\npublic key authentication request for user \"{Printable.Escape(user)}\" to listed host";
        return Askpass.OfProcess.ConfirmAsync(question, ct);
    }
}
