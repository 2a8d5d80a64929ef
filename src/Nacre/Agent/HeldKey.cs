using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;

namespace Nacre.Agent;

/// <summary>A key that an agent holds, with the conditions that it came with. It is erased when it has been taken out and nobody signs with it any more.</summary>
internal sealed class HeldKey(PublicKey identity, ISigner signer, string comment, AgentConstraints constraints)
{
    private readonly Lock _lock = new();
    private int _users;
    private bool _isOut;

    /// <summary>The certificate, or the plain key.</summary>
    public PublicKey Identity => identity;

    public ISigner Signer => signer;

    public string Comment => comment;

    public AgentConstraints Constraints => constraints;

    /// <summary>The time from which on it is no more, as the clock's timestamp; null for never.</summary>
    public long? DiesAt { get; init; }

    /// <summary>The library that its token is spoken with by; null for a key in memory.</summary>
    public string? Provider { get; init; }

    /// <summary>Keeps the key in memory until <see cref="Leave"/>; false when it has been taken out.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_isOut) return false;
            _users++;
            return true;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_users > 0 || !_isOut) return;
        }

        Erase();
    }

    /// <summary>To be called once, by whoever takes it out.</summary>
    public void TakeOut()
    {
        lock (_lock)
        {
            _isOut = true;
            if (_users > 0) return;
        }

        Erase();
    }

    private void Erase() => (signer as IDisposable)?.Dispose();
}
