using System.Net;
using System.Security.Cryptography;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Client.Dns;

/// <summary>What the DNS says of one host key.</summary>
internal enum SshfpVerdict
{
    /// <summary>Nothing that counts.</summary>
    Silent,

    /// <summary>It has the key's fingerprint, and nobody vouches for it.</summary>
    Matching,

    /// <summary>It has the key's fingerprint, and a resolver that is trusted vouches for it.</summary>
    Authenticated,

    /// <summary>It has fingerprints, and not the key's.</summary>
    Mismatching,
}

/// <summary>Compares a host key with the fingerprints that the DNS has for the host.</summary>
internal static class SshfpCheck
{
    /// <summary>Asks and compares; whatever goes wrong counts as silence (A-20).</summary>
    public static async ValueTask<SshfpVerdict> JudgeAsync(ISshfpSource source, string host, PublicKey key, ITrace trace, CancellationToken ct)
    {
        if (IPAddress.TryParse(host, out _))
        {
            trace.Write(1, "skipped DNS lookup for numerical hostname");
            return SshfpVerdict.Silent;
        }

        SshfpAnswer answer = await source.FindAsync(host, ct).ConfigureAwait(false);
        if (answer.Error is { } error)
        {
            trace.Write(0, $"DNS lookup error: {error}");
            return SshfpVerdict.Silent;
        }

        trace.Write(1, $"found {answer.Records.Count} {(answer.IsAuthenticated ? "secure" : "insecure")} fingerprints in DNS");
        bool isMatching = IsMatching(answer.Records, key);
        trace.Write(1, $"{(isMatching ? "matching" : "mismatching")} host key fingerprint found in DNS");
        if (!isMatching) return SshfpVerdict.Mismatching;
        return answer.IsAuthenticated ? SshfpVerdict.Authenticated : SshfpVerdict.Matching;
    }

    // As OpenSSH has it, one record of the key's type that does not fit takes away what others prove.
    private static bool IsMatching(IReadOnlyList<SshfpRecord> records, PublicKey key)
    {
        bool isMatching = false;
        foreach (SshfpRecord record in records)
        {
            // Other hashes and keys of other types say nothing of this one.
            if (record.Hash is not (SshfpRecord.Sha1 or SshfpRecord.Sha256) || SshfpRecord.Of(key, record.Hash) is not { } own || own.Algorithm != record.Algorithm) continue;
            if (!CryptographicOperations.FixedTimeEquals(own.Fingerprint.Span, record.Fingerprint.Span)) return false;
            isMatching = true;
        }

        return isMatching;
    }
}
