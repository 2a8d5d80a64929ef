namespace Nacre.Protocol.Connection;

/// <summary>
/// Lets posts on a channel through until its CLOSE is asked for, and says who is to post the CLOSE: whoever asks, or whoever ends the last post
/// that was under way. So nothing follows CLOSE, though no lock is held while posting.
/// </summary>
internal struct PostGate
{
    private const int CloseAsked = 1 << 30;

    private int _state;

    /// <summary>True once CLOSE is asked for.</summary>
    public readonly bool IsClosed => (Volatile.Read(in _state) & CloseAsked) != 0;

    /// <summary>Begins a post; false when it must not be made any more.</summary>
    public bool TryEnter()
    {
        int seen = Volatile.Read(ref _state);
        while ((seen & CloseAsked) == 0)
        {
            int now = Interlocked.CompareExchange(ref _state, seen + 1, seen);
            if (now == seen) return true;
            seen = now;
        }

        return false;
    }

    /// <summary>Ends a post; true when CLOSE is to be posted now.</summary>
    public bool Leave() => Interlocked.Decrement(ref _state) == CloseAsked;

    /// <summary>Asks for the CLOSE; true when it is to be posted now.</summary>
    public bool Close(out bool isFirst)
    {
        int before = Interlocked.Or(ref _state, CloseAsked);
        isFirst = (before & CloseAsked) == 0;
        return before == 0;
    }
}
