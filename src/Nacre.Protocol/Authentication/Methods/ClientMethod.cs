using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication.Methods;

/// <summary>One authentication method at the client: it sends requests until it has nothing more to try.</summary>
internal abstract class ClientMethod(string name)
{
    public string Name => name;

    /// <summary>False once the method had nothing to send; then it is never taken up again.</summary>
    public bool IsEnabled { get; private set; } = true;

    /// <summary>True when what was sent last proves something: a signature, a password, an answer .</summary>
    public bool HasProof { get; protected set; }

    /// <summary>Sends the next request; false when there is none.</summary>
    public async ValueTask<bool> TrySendAsync(CancellationToken ct)
    {
        HasProof = false;
        if (await SendNextAsync(ct).ConfigureAwait(false)) return true;
        IsEnabled = false;
        return false;
    }

    /// <summary>Takes message 60 of this method; false when the method has no answer to it and the next one is to be tried.</summary>
    public async ValueTask<bool> TryAnswerAsync(Packet packet, CancellationToken ct)
    {
        if (await OnMethodMessageAsync(packet, ct).ConfigureAwait(false)) return true;
        IsEnabled = false;
        return false;
    }

    /// <summary>The server took the last request as one of several that it wants (RFC 4252 5.1).</summary>
    /// <param name="isOwn">True when that request was of this method.</param>
    public virtual void OnPartialSuccess(bool isOwn)
    {
    }

    protected abstract ValueTask<bool> SendNextAsync(CancellationToken ct);

    protected abstract ValueTask<bool> OnMethodMessageAsync(Packet packet, CancellationToken ct);
}
