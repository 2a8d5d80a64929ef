using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Certificates;

/// <summary>A small certificate authority: issues short-lived certificates, takes them back, and passes from one key to the next without a gap.</summary>
/// <remarks>
/// <para>Those who check certificates are given three things, each time they change: <see cref="TrustedKeys"/> (TrustedUserCAKeys of a server, and
/// <see cref="KnownHostsLines"/> for clients), the revocation list of <see cref="WriteRevocations"/> (RevokedKeys, RevokedHostKeys), and nothing else.</para>
/// <para>Issuing changes nothing that has to be kept: serial numbers come from the clock. <see cref="Save"/> after <see cref="Rotate"/>, <see cref="Revoke"/>
/// and <see cref="RevokeKey"/>. For one key there is one authority at a time, or numbers could meet. All members may be called from several threads.</para>
/// </remarks>
public sealed class CertificateAuthority
{
    /// <summary>Numbers for each millisecond, so that they grow with the clock and no number is given twice, whatever is forgotten.</summary>
    private const ulong SerialsPerMillisecond = 1000;

    private readonly Lock _lock = new();
    private readonly CertificateAuthorityOptions _options;
    private readonly AuthorityMemory _memory;
    private ulong _lastSerial;
    private ulong _lastVersion;

    /// <summary>Founds an authority.</summary>
    /// <param name="key">Signs, in memory or in an agent; stays the caller's.</param>
    /// <param name="options">How long certificates hold; the defaults where null.</param>
    /// <exception cref="ArgumentException">The key is a certificate.</exception>
    public CertificateAuthority(ISigner key, CertificateAuthorityOptions? options = null)
        : this(new AuthorityMemory(), options)
    {
        CheckSigner(key);
        _memory.Keys.Add(new AuthorityKey(key.PublicKey, key, _options.Time.GetUtcNow()));
    }

    private CertificateAuthority(AuthorityMemory memory, CertificateAuthorityOptions? options) => (_memory, _options) = (memory, options ?? new CertificateAuthorityOptions());

    /// <summary>The keys to trust now: the one that signs, those that will, and those whose certificates may still hold; the revoked ones are not among them.</summary>
    public IReadOnlyList<PublicKey> TrustedKeys
    {
        get
        {
            lock (_lock)
            {
                Prune();
                return [.. _memory.Keys.Select(key => key.PublicKey).Where(key => !_memory.RevokedKeys.Contains(key))];
            }
        }
    }

    /// <summary>The key that signs what is issued now.</summary>
    public PublicKey SigningKey
    {
        get
        {
            lock (_lock) return Signing(Prune()).PublicKey;
        }
    }

    /// <summary>Goes on where an authority was saved.</summary>
    /// <param name="saved">What <see cref="Save"/> returned.</param>
    /// <param name="keys">Sign with the keys that are in use or announced; those that sign no more are not needed.</param>
    /// <param name="options">How long certificates hold; the defaults where null.</param>
    /// <exception cref="FormatException">The text is damaged.</exception>
    /// <exception cref="ArgumentException">What signs with a key that is in use or announced is missing.</exception>
    public static CertificateAuthority Restore(string saved, IEnumerable<ISigner> keys, CertificateAuthorityOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(saved);
        ArgumentNullException.ThrowIfNull(keys);
        var authority = new CertificateAuthority(AuthorityMemory.Parse(saved, [.. keys]), options);
        AuthorityKey signing = authority.Signing(authority.Prune());
        AuthorityKey? missing = authority._memory.Keys.Skip(authority._memory.Keys.IndexOf(signing)).FirstOrDefault(key => key.Signer is null);
        return missing is null ? authority : throw new ArgumentException($"Nothing signs with the authority's key {missing.PublicKey.Fingerprint}.", nameof(keys));
    }

    /// <summary>Writes a file that others read: they see the old contents or the new ones, never a part.</summary>
    /// <param name="path">The file.</param>
    /// <param name="contents">What it shall hold.</param>
    /// <param name="ct">Cancels writing; the file then stays as it was.</param>
    public static async Task PublishAsync(string path, ReadOnlyMemory<byte> contents, CancellationToken ct = default)
    {
        string temporary = $"{path}.{SystemRandom.Instance.Hex(6)}";
        try
        {
            var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(contents, ct).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            // After the move it is there no more.
            File.Delete(temporary);
        }
    }

    /// <summary>Issues a certificate for a key, with a number and a time of the authority's.</summary>
    /// <param name="key">The key.</param>
    /// <param name="terms">For whom, for what, and what is permitted. The number is not looked at; the time may only be shorter than the authority's.</param>
    /// <param name="ct">Cancels waiting for an agent or a person.</param>
    /// <exception cref="ArgumentException">Such a certificate would be refused or is for nobody, or its time is over.</exception>
    /// <exception cref="SshException">The key is revoked, or the authority's key is or cannot be used.</exception>
    public ValueTask<Certificate> IssueAsync(PublicKey key, CertificateTerms terms, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.Principals.Count == 0) throw new ArgumentException("A certificate without principals is for nobody.", nameof(terms));
        ISigner signer;
        lock (_lock)
        {
            DateTimeOffset now = Prune();
            AuthorityKey signing = Signing(now);
            if (_memory.RevokedKeys.Contains(key)) throw new SshException($"The key {key.Fingerprint} is revoked and gets no certificate.");
            if (_memory.RevokedKeys.Contains(signing.PublicKey)) throw new SshException($"The authority's key {signing.PublicKey.Fingerprint} is revoked; nothing is issued until another takes its place.");
            signer = signing.Signer!;
            CertificateTerms bounds = terms.Between(now - _options.ClockSkew, now + (terms.Kind == CertificateKind.Host ? _options.HostLifetime : _options.UserLifetime));
            _lastSerial = Math.Max(_lastSerial + 1, (ulong)Math.Max(0, now.ToUnixTimeMilliseconds()) * SerialsPerMillisecond);
            terms = terms with { Serial = _lastSerial, ValidAfter = Math.Max(terms.ValidAfter, bounds.ValidAfter), ValidBefore = Math.Min(terms.ValidBefore, bounds.ValidBefore) };
        }

        return terms.SignAsync(key, signer, ct: ct);
    }

    /// <summary>Takes a certificate back. It leaves the list when it has expired.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <exception cref="ArgumentException">It is not this authority's, or has no number; its key can be revoked.</exception>
    public void Revoke(Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (certificate.Serial == 0) throw new ArgumentException("A certificate without a number cannot be revoked by itself; its key can.", nameof(certificate));
        lock (_lock)
        {
            Prune();
            if (!_memory.Keys.Exists(key => key.PublicKey.Equals(certificate.SignatureKey))) throw new ArgumentException("The certificate is not by a key that this authority still has.", nameof(certificate));
            var revoked = new RevokedCertificate(certificate.SignatureKey, certificate.Serial, certificate.ValidBefore);
            if (!_memory.Certificates.Contains(revoked)) _memory.Certificates.Add(revoked);
        }
    }

    /// <summary>Revokes a key for good: it, all certificates of it, and none is issued for it. Of an authority's key, all that it signed.</summary>
    /// <param name="key">The key; of a certificate, the key in it.</param>
    public void RevokeKey(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_lock) _memory.RevokedKeys.Add(key.PlainKey);
    }

    /// <summary>Announces the key that signs from a time on.</summary>
    /// <remarks>
    /// It is among <see cref="TrustedKeys"/> at once; leave those who check certificates the time to learn of it. The key before it stays
    /// there until the last certificate that it signed has expired. A key that was announced for a later time is not used.
    /// </remarks>
    /// <param name="next">Signs; stays the caller's.</param>
    /// <param name="from">When it begins; the time now, or one that is past, where the present key is lost.</param>
    /// <exception cref="ArgumentException">The key is a certificate, revoked, or the authority's already.</exception>
    public void Rotate(ISigner next, DateTimeOffset from)
    {
        CheckSigner(next);
        lock (_lock)
        {
            DateTimeOffset now = Prune();
            if (from < now) from = now;
            if (_memory.RevokedKeys.Contains(next.PublicKey)) throw new ArgumentException("The key is revoked.", nameof(next));
            List<AuthorityKey> keys = _memory.Keys;
            if (keys.Exists(key => key.PublicKey.Equals(next.PublicKey))) throw new ArgumentException("The key is the authority's already.", nameof(next));
            while (keys.Count > 1 && keys[^1].SignsFrom > now && keys[^1].SignsFrom >= from) keys.RemoveAt(keys.Count - 1);
            keys[^1] = keys[^1] with { TrustedUntil = from + _options.LongestLife };
            keys.Add(new AuthorityKey(next.PublicKey, next, from));
        }
    }

    /// <summary>The revocation list as it is now, with a number that grows; for RevokedKeys and RevokedHostKeys.</summary>
    public byte[] WriteRevocations()
    {
        lock (_lock)
        {
            DateTimeOffset now = Prune();
            _lastVersion = Math.Max(_lastVersion + 1, (ulong)Math.Max(0, now.ToUnixTimeSeconds()));
            var list = new KeyRevocationListBuilder { Version = _lastVersion };
            foreach (RevokedCertificate revoked in _memory.Certificates) list.AddSerials(revoked.Authority, revoked.Serial, revoked.Serial);
            foreach (PublicKey key in _memory.RevokedKeys) list.AddKey(key);
            return list.Write(now);
        }
    }

    /// <summary>The lines of known_hosts by which clients trust the hosts that this authority certifies.</summary>
    /// <param name="hosts">Which hosts they are, such as <c>*.example.com</c>.</param>
    /// <exception cref="ArgumentException">That is not one word.</exception>
    public string KnownHostsLines(string hosts)
    {
        if (string.IsNullOrEmpty(hosts) || hosts.Any(each => char.IsWhiteSpace(each) || char.IsControl(each))) throw new ArgumentException("The hosts of a line of known_hosts are one word.", nameof(hosts));
        return string.Concat(TrustedKeys.Select(key => $"@cert-authority {hosts} {key}\n"));
    }

    /// <summary>What <see cref="Restore"/> needs; nothing of it is secret, and whoever can change it can undo revocations.</summary>
    public string Save()
    {
        lock (_lock)
        {
            Prune();
            return _memory.ToString();
        }
    }

    private static void CheckSigner(ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        if (signer.PublicKey is Certificate) throw new ArgumentException("A certificate cannot certify; its key can.", nameof(signer));
    }

    /// <summary>There always is one: the last key is trusted without an end, and the first began when the authority was founded.</summary>
    private AuthorityKey Signing(DateTimeOffset now) => _memory.Keys.FindLast(key => key.SignsFrom <= now) ?? _memory.Keys[0];

    private DateTimeOffset Prune()
    {
        DateTimeOffset now = _options.Time.GetUtcNow();
        _memory.Prune(now, _options.ClockSkew);
        return now;
    }
}
