using Nacre.Client;

namespace Nacre.Examples;

/// <summary>Trusts one host key, by the fingerprint that `ssh-keygen -l` prints for it on the server.</summary>
internal sealed class PinnedHostKey(string fingerprint) : IHostKeyPolicy
{
    public ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct) =>
        ValueTask.FromResult(offer.Key.Fingerprint == fingerprint ? HostKeyVerdict.Trust : HostKeyVerdict.Refuse);
}
