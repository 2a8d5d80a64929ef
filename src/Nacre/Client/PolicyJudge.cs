using Nacre.Protocol.Keys;
using Nacre.Protocol.Transport;

namespace Nacre.Client;

/// <summary>Shows the transport's question to the policy of the library's user, with the name that the key belongs to, and keeps the answer.</summary>
internal sealed class PolicyJudge(IHostKeyPolicy policy, SshDestination destination, string? address) : IHostKeyJudge
{
    // Who waits learns it here and now, before the policy has taken any time.
    private readonly TaskCompletionSource _asked = new();
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the server has shown its key and the policy thinks.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Done when the policy has answered.</summary>
    public Task Answered => _answered.Task;

    /// <summary>False until the policy has said that the key is the server's.</summary>
    public bool IsVerified { get; private set; }

    /// <summary>The key that the server's other keys may be learned by; null without one.</summary>
    public HostKeyOffer? Learnable { get; private set; }

    public async ValueTask<bool> IsTrustedAsync(PublicKey hostKey, CancellationToken ct)
    {
        var offer = new HostKeyOffer(destination.Host, destination.Port, address, hostKey);
        _asked.TrySetResult();
        try
        {
            HostKeyVerdict verdict = await policy.JudgeAsync(offer, ct).ConfigureAwait(false);
            IsVerified = verdict is HostKeyVerdict.Trust or HostKeyVerdict.TrustAndLearn;
            Learnable = verdict == HostKeyVerdict.TrustAndLearn ? offer : null;
            return IsVerified || verdict == HostKeyVerdict.TrustWithoutSecrets;
        }
        finally
        {
            _answered.TrySetResult();
        }
    }
}
