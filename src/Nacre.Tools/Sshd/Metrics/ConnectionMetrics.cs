using Nacre.Protocol.Authentication;
using Nacre.Server;

namespace Nacre.Tools.Sshd.Metrics;

/// <summary>Counts for one connection.</summary>
internal sealed class ConnectionMetrics(SshdMetrics all, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private int _isHandshakeCounted;
    private int _isClosed;

    /// <summary>The first key exchange has come as far as the signature.</summary>
    public void OnHandshake()
    {
        if (Interlocked.Exchange(ref _isHandshakeCounted, 1) == 0) all.OnHandshake();
    }

    /// <summary>An attempt to authenticate has been judged; asking which methods there are is none.</summary>
    public void OnAttempt(string method, AttemptResult result)
    {
        if (method == MethodName.None && result == AttemptResult.Rejected) return;
        all.OnAttempt(Known(method), result switch
        {
            AttemptResult.Accepted => "accepted",
            AttemptResult.Partial => "partial",
            AttemptResult.Postponed => "postponed",
            _ => "failed",
        });
        if (result == AttemptResult.Accepted) all.OnLogin(time.GetElapsedTime(_start));
    }

    /// <summary>The connection has ended, with what was counted where it was served.</summary>
    public void OnEnded(ConnectionTally tally)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 1) return;
        if (tally.HasHandshake) OnHandshake();
        all.OnTally(tally);
        all.OnClosed(time.GetElapsedTime(_start));
    }

    // A method's name is the client's word, and each one would be a figure for ever.
    private static string Known(string method) => method switch
    {
        MethodName.None or MethodName.Password or MethodName.KeyboardInteractive or MethodName.Hostbased => method,
        _ when method.StartsWith(MethodName.PublicKey, StringComparison.Ordinal) => MethodName.PublicKey,
        _ => "other",
    };
}
