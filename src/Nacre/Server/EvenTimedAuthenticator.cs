using System.Buffers.Binary;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Authentication;

namespace Nacre.Server;

/// <summary>Makes a rejection take as long for an unknown user as for a known one .</summary>
/// <remarks>
/// As in OpenSSH, a rejection takes at least 5 ms and up to 4.3 ms more, by a secret hash of the user's name, and is rounded up to the next
/// doubling of that: so what a look-up or a hash of a password takes does not show. What lets in is not delayed, nor is the method none,
/// which asks nothing.
/// </remarks>
public sealed class EvenTimedAuthenticator : IAuthenticator
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);

    /// <summary>What took longer than this does not hide behind milliseconds.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly IAuthenticator _inner;
    private readonly TimeProvider _time;
    private readonly byte[] _secret = SystemRandom.Instance.Bytes(32);

    /// <summary>Creates the decorator.</summary>
    /// <param name="inner">Judges.</param>
    /// <param name="time">The clock.</param>
    public EvenTimedAuthenticator(IAuthenticator inner, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(time);
        (_inner, _time) = (inner, time);
    }

    /// <inheritdoc/>
    public async ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        long start = _time.GetTimestamp();
        AuthenticationVerdict verdict = AuthenticationVerdict.Reject;
        try
        {
            verdict = await _inner.JudgeAsync(attempt, ct).ConfigureAwait(false);
        }
        finally
        {
            if ((verdict == AuthenticationVerdict.Reject || verdict.EndsPasswords) && attempt is not NoneAttempt)
            {
                TimeSpan elapsed = _time.GetElapsedTime(start);
                await WaitUntilAsync(start, elapsed + Remaining(elapsed, FloorFor(attempt.UserName)), ct).ConfigureAwait(false);
            }
        }

        return verdict;
    }

    /// <summary>What is left of the floor, doubled until it is above the time that has passed.</summary>
    internal static TimeSpan Remaining(TimeSpan elapsed, TimeSpan floor)
    {
        if (elapsed > Longest) return TimeSpan.Zero;
        while (floor < elapsed) floor *= 2;
        return floor - elapsed;
    }

    // Timers count whole milliseconds. The rest of one is waited for as well, or it would tell how long the policy took.
    private async ValueTask WaitUntilAsync(long start, TimeSpan end, CancellationToken ct)
    {
        TimeSpan rest = end - _time.GetElapsedTime(start);
        if (rest >= TimeSpan.FromMilliseconds(1)) await Task.Delay(rest, _time, ct).ConfigureAwait(false);
        while (_time.GetElapsedTime(start) < end) await Task.Yield();
    }

    /// <summary>The same for a user each time, and nobody outside can tell it from the name.</summary>
    internal TimeSpan FloorFor(string userName)
    {
        using var hmac = Hmac.Sha256(_secret);
        Span<byte> hash = stackalloc byte[hmac.Size];
        hmac.Append(Encoding.UTF8.GetBytes(userName));
        hmac.Finish(hash);
        uint nanoseconds = BinaryPrimitives.ReadUInt32BigEndian(hash) / 1000;
        return Shortest + TimeSpan.FromMicroseconds(nanoseconds / 1000.0);
    }
}
