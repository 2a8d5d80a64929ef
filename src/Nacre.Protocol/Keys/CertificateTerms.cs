using System.Buffers.Binary;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>What an authority is to certify about keys: whose they are, until when, and what they may be used for.</summary>
/// <remarks>
/// One object may be signed for any number of keys; <c>terms with { Serial = 8 }</c> numbers the next. Nothing is permitted that is not
/// asked for: give a user's certificate <see cref="CertificateOption.UserPermissions"/>, or fewer, as <see cref="Extensions"/>. The format is
/// that of OpenSSH's PROTOCOL.certkeys and draft-ietf-sshm-cert.
/// </remarks>
public sealed record CertificateTerms
{
    /// <summary>The most bytes that a certificate gets: every SSH implementation takes messages of that length, and longer ones need not arrive.</summary>
    public const int MaxLength = 32768;

    private const int NonceLength = 32;

    /// <summary>Whom the certificate is for.</summary>
    public required CertificateKind Kind { get; init; }

    /// <summary>What the authority calls the certificate. Servers log it, and revocation lists may name it.</summary>
    public required string KeyId { get; init; }

    /// <summary>The names of the users, or the names and addresses of the hosts, that it is for; those of hosts may have * and ?. One without names is for nobody.</summary>
    public IReadOnlyList<string> Principals { get; init; } = [];

    /// <summary>The authority's number for it, by which it can be revoked; zero where the authority numbers none.</summary>
    public ulong Serial { get; init; }

    /// <summary>The first second of its validity, in seconds since 1970; zero for always.</summary>
    public ulong ValidAfter { get; init; }

    /// <summary>The first second after its validity, in seconds since 1970; <see cref="ulong.MaxValue"/>, the default, for never.</summary>
    public ulong ValidBefore { get; init; } = ulong.MaxValue;

    /// <summary>What limits its use, such as force-command, source-address and verify-required; whoever does not know one of them refuses the certificate. OpenSSH knows none for hosts.</summary>
    public IReadOnlyList<CertificateOption> CriticalOptions { get; init; } = [];

    /// <summary>What it permits; unknown ones are ignored. OpenSSH knows none for hosts.</summary>
    public IReadOnlyList<CertificateOption> Extensions { get; init; } = [];

    /// <summary>The same terms for a time: from a second on, and no longer from another one on.</summary>
    /// <param name="from">The first second.</param>
    /// <param name="until">The first second in which it does not hold any more.</param>
    public CertificateTerms Between(DateTimeOffset from, DateTimeOffset until) => this with
    {
        ValidAfter = (ulong)Math.Max(0, from.ToUnixTimeSeconds()),
        ValidBefore = (ulong)Math.Max(0, until.ToUnixTimeSeconds()),
    };

    /// <summary>Has an authority sign the terms for a key.</summary>
    /// <param name="key">The key to certify.</param>
    /// <param name="authority">The authority's key, in memory or in an agent.</param>
    /// <param name="algorithm">The algorithm that it signs with; the strongest that its key has where null. ssh-rsa, with SHA-1, is refused by all who follow OpenSSH since 8.2.</param>
    /// <param name="ct">Cancels waiting for an agent or a person.</param>
    /// <exception cref="ArgumentException">Such a certificate would be refused: a name is empty or there are too many, an option is there twice, the time is empty, one of the keys is a certificate itself.</exception>
    /// <exception cref="SshException">The authority's key cannot be used, or its signature is wrong.</exception>
    public async ValueTask<Certificate> SignAsync(PublicKey key, ISigner authority, string? algorithm = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(authority);
        PublicKey signatureKey = authority.PublicKey;
        if (key is Certificate) throw new ArgumentException("A certificate cannot be certified; its key can.", nameof(key));
        if (signatureKey is Certificate) throw new ArgumentException("A certificate cannot certify; its key can.", nameof(authority));
        algorithm ??= signatureKey.SignatureAlgorithms[0];
        if (!signatureKey.Supports(algorithm)) throw new ArgumentException($"A key of the type {signatureKey.Type} does not sign with {algorithm}.", nameof(algorithm));

        byte[] unsigned = Write(key, signatureKey);
        byte[] signature = await authority.SignAsync(algorithm, unsigned, ct).ConfigureAwait(false);
        byte[] blob = new byte[unsigned.Length + sizeof(uint) + signature.Length];
        unsigned.CopyTo(blob, 0);
        BinaryPrimitives.WriteInt32BigEndian(blob.AsSpan(unsigned.Length), signature.Length);
        signature.CopyTo(blob, unsigned.Length + sizeof(uint));
        if (blob.Length > MaxLength) throw new ArgumentException($"The certificate would have {blob.Length} bytes, more than {MaxLength}.");
        if (PublicKey.TryParse(blob, out PublicKey? made) && made is Certificate certificate && certificate.SignatureAlgorithm == algorithm) return certificate;
        throw new SshException($"The authority's signature with {algorithm} is wrong, and the certificate was discarded.");
    }

    /// <summary>The certificate as far as it is signed.</summary>
    private byte[] Write(PublicKey key, PublicKey signatureKey)
    {
        if (Kind is not (CertificateKind.User or CertificateKind.Host)) throw new ArgumentException("A certificate is for a user or for a host.");
        if (ValidAfter >= ValidBefore) throw new ArgumentException("The certificate's time ends before it begins.");
        if (Principals.Count > Certificate.MaxPrincipals) throw new ArgumentException($"A certificate has at most {Certificate.MaxPrincipals} principals.");
        byte[] nonce = new byte[NonceLength];
        SystemRandom.Instance.Fill(nonce);
        byte[] keyId = Bytes(KeyId, "key ID"), principals = WritePrincipals();
        byte[] critical = WriteOptions(CriticalOptions), extensions = WriteOptions(Extensions);
        CertificateFields fields = CertificateFields.For(key);
        fields.Nonce = nonce;
        fields.Serial = Serial;
        fields.Kind = (uint)Kind;
        fields.KeyId = keyId;
        fields.Principals = principals;
        fields.ValidAfter = ValidAfter;
        fields.ValidBefore = ValidBefore;
        fields.CriticalOptions = critical;
        fields.Extensions = extensions;
        fields.SignatureKey = signatureKey.Blob.Span;
        return CertificateFields.SignedPart(Message.WriteRecord(ref fields), signature: default).ToArray();
    }

    private byte[] WritePrincipals()
    {
        var list = new List<byte>();
        foreach (string principal in Principals)
        {
            if (principal.Length == 0) throw new ArgumentException("A principal of a certificate has no name.");
            Append(list, Bytes(principal, "principal"));
        }

        return [.. list];
    }

    // PROTOCOL.certkeys: "Options must be lexically ordered by "name" if they appear in the sequence. Each named option may only appear once in a certificate."
    private static byte[] WriteOptions(IReadOnlyList<CertificateOption> options)
    {
        var list = new List<byte>();
        string? before = null;
        foreach (CertificateOption option in options.OrderBy(option => option.Name, StringComparer.Ordinal))
        {
            if (option.Name.Length == 0) throw new ArgumentException("An option of a certificate has no name.");
            if (option.Name == before) throw new ArgumentException($"A certificate has the option \"{Printable.Escape(option.Name)}\" at most once.");
            Append(list, Bytes(option.Name, "option"));
            Append(list, option.Data.Span);
            before = option.Name;
        }

        return [.. list];
    }

    private static byte[] Bytes(string text, string what) =>
        text.Contains('\0', StringComparison.Ordinal) ? throw new ArgumentException($"A {what} of a certificate has no zero byte.") : Encoding.UTF8.GetBytes(text);

    private static void Append(List<byte> list, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        list.AddRange(length);
        list.AddRange(bytes);
    }
}
