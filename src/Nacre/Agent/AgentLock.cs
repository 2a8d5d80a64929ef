using System.Globalization;
using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Agent;

/// <summary>Whether the agent is locked, and by which passphrase (RFC 9987 5.7). Each wrong one takes longer than the one before it.</summary>
internal sealed class AgentLock(TimeProvider time, ITrace trace) : IDisposable
{
    private const int SaltLength = 16, HashLength = 32, Rounds = 1;
    private const int MostFailures = 100;

    private static readonly TimeSpan DelayStep = TimeSpan.FromMilliseconds(100);

    // One try at a time: who opens many connections tries no more often than who opens one.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly byte[] _salt = new byte[SaltLength];
    private Secret? _hash;
    private int _failures;

    public bool IsLocked => Volatile.Read(ref _hash) is not null;

    /// <summary>Locks; false when it is locked already, or the passphrase is empty.</summary>
    public async ValueTask<bool> LockAsync(ReadOnlyMemory<byte> passphrase, CancellationToken ct)
    {
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (IsLocked || passphrase.IsEmpty) return false;
            SystemRandom.Instance.Fill(_salt);
            Volatile.Write(ref _hash, HashOf(passphrase.Span));
            trace.Write(1, "agent locked");
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Unlocks; false, after a while, when the passphrase is wrong.</summary>
    public async ValueTask<bool> UnlockAsync(ReadOnlyMemory<byte> passphrase, CancellationToken ct)
    {
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_hash is not { } hash || passphrase.IsEmpty) return false;
            using (Secret tried = HashOf(passphrase.Span))
            {
                if (hash.FixedTimeEquals(tried.Span))
                {
                    Volatile.Write(ref _hash, null);
                    hash.Dispose();
                    _failures = 0;
                    trace.Write(1, "agent unlocked");
                    return true;
                }
            }

            if (_failures < MostFailures) _failures++;
            TimeSpan delay = DelayStep * _failures;
            trace.Write(1, string.Create(CultureInfo.InvariantCulture, $"unlock failed, delaying {delay.TotalSeconds:0.0} seconds"));

            // Also for those who do not stay to hear the answer.
            await Task.Delay(delay, time, CancellationToken.None).ConfigureAwait(false);
            return false;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _hash?.Dispose();

    private Secret HashOf(ReadOnlySpan<byte> passphrase)
    {
        var hash = new Secret(HashLength);
        BcryptPbkdf.Derive(passphrase, _salt, Rounds, hash.Span);
        return hash;
    }
}
