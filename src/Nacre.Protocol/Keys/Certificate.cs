using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>A public key with what an authority has signed about it: whose it is, until when, and what it may be used for.</summary>
/// <remarks>
/// An instance exists only for a certificate that its authority's key has signed. Whether that authority is trusted is for others to decide,
/// by <see cref="SignatureKey"/>; whether the certificate holds now and for a name, <see cref="FaultAsHost"/> and <see cref="FaultAsUser"/> tell.
/// The format is that of OpenSSH's PROTOCOL.certkeys and draft-ietf-sshm-cert.
/// </remarks>
public sealed class Certificate : PublicKey
{
    /// <summary>A certificate with more names is refused, as by OpenSSH.</summary>
    public const int MaxPrincipals = 256;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string[] _algorithms;

    private Certificate(string type, byte[] blob, PublicKey key, PublicKey signatureKey, string signatureAlgorithm)
        : base(type, blob)
    {
        (PlainKey, SignatureKey, SignatureAlgorithm) = (key, signatureKey, signatureAlgorithm);
        _algorithms = KeyAlgorithm.NamesOf(type);
    }

    /// <summary>The key that is certified.</summary>
    public override PublicKey PlainKey { get; }

    /// <inheritdoc/>
    public override string ShortType => PlainKey.ShortType + "-CERT";

    /// <inheritdoc/>
    public override int Bits => PlainKey.Bits;

    /// <inheritdoc/>
    public override IReadOnlyList<string> SignatureAlgorithms => _algorithms;

    /// <summary>The number that the authority gave the certificate; zero where it numbers none.</summary>
    public ulong Serial { get; private init; }

    /// <summary>Whom the certificate is for.</summary>
    public CertificateKind Kind { get; private init; }

    /// <summary>What the authority calls the certificate, for logs and revocation. Somebody else's word: escape it before it is shown.</summary>
    public string KeyId { get; private init; } = "";

    /// <summary>The names of the users or hosts that the certificate is for; one without names is for nobody.</summary>
    public IReadOnlyList<string> Principals { get; private init; } = [];

    /// <summary>The first second of its validity, in seconds since 1970; zero for always.</summary>
    public ulong ValidAfter { get; private init; }

    /// <summary>The first second after its validity, in seconds since 1970; <see cref="ulong.MaxValue"/> for never.</summary>
    public ulong ValidBefore { get; private init; }

    /// <summary>What limits the use of the certificate. Whoever does not know one of them must not accept the certificate.</summary>
    public IReadOnlyList<CertificateOption> CriticalOptions { get; private init; } = [];

    /// <summary>What the certificate permits. Unknown ones permit nothing.</summary>
    public IReadOnlyList<CertificateOption> Extensions { get; private init; } = [];

    /// <summary>The authority's key; never a certificate itself.</summary>
    public PublicKey SignatureKey { get; }

    /// <summary>The algorithm that the authority signed with, such as rsa-sha2-512.</summary>
    public string SignatureAlgorithm { get; }

    /// <summary>The bytes of <see cref="KeyId"/>, which revocation compares.</summary>
    internal ReadOnlyMemory<byte> KeyIdBytes { get; private init; }

    /// <summary>Why the certificate does not prove that a server is a host, in OpenSSH's words; null when it does, provided that its authority is trusted.</summary>
    /// <param name="host">The name of the host, in lower case; the certificate's own names may be patterns with * and ?.</param>
    /// <param name="now">The time.</param>
    public string? FaultAsHost(string host, DateTimeOffset now)
    {
        if (FaultAs(CertificateKind.Host, now) is { } fault) return fault;
        if (!Principals.Any(principal => principal.Length > 0 && Wildcard.Matches(host, principal))) return "Certificate invalid: name is not a listed principal";
        return CriticalOptions.Count > 0 ? "Certificate contains unsupported critical options(s)" : null;
    }

    /// <summary>Why the certificate does not prove that somebody is a user, in OpenSSH's words; null when it does, provided that its authority is trusted and its critical options are met.</summary>
    /// <param name="userName">The name that must be among its principals; null where others have judged them.</param>
    /// <param name="now">The time.</param>
    public string? FaultAsUser(string? userName, DateTimeOffset now)
    {
        if (FaultAs(CertificateKind.User, now) is { } fault) return fault;

        // No authority means whoever has an empty name by an empty principal.
        bool isListed = userName is null || (userName.Length > 0 && Principals.Contains(userName));
        return isListed ? null : "Certificate invalid: name is not a listed principal";
    }

    /// <summary>Reads a certificate and verifies its signature. What it throws is for <see cref="PublicKey.Parse"/>.</summary>
    internal static Certificate Read(ReadOnlySpan<byte> blob)
    {
        CertificateFields fields = Message.ReadRecord<CertificateFields>(blob);
        PublicKey key = fields.ToKey();
        if (fields.Kind is not ((uint)CertificateKind.User or (uint)CertificateKind.Host)) throw KeyFormatException.Damaged("The certificate is neither for a user nor for a host.");

        // Who reads it as C does would see another one.
        if (fields.KeyId.Contains((byte)0)) throw KeyFormatException.Damaged("The certificate's key ID has a zero byte.");
        List<string> principals = ReadPrincipals(fields.Principals);
        List<CertificateOption> critical = ReadOptions(fields.CriticalOptions);
        List<CertificateOption> extensions = ReadOptions(fields.Extensions);
        PublicKey authority = ReadAuthority(fields.SignatureKey);
        string algorithm = SignatureFields.AlgorithmOf(fields.Signature);
        if (!authority.Verify(algorithm, CertificateFields.SignedPart(blob, fields.Signature), fields.Signature, out _))
        {
            throw KeyFormatException.Damaged("The certificate is not signed by the authority that it names.");
        }

        return new Certificate(Encoding.ASCII.GetString(fields.Type), blob.ToArray(), key, authority, algorithm)
        {
            Serial = fields.Serial,
            Kind = (CertificateKind)fields.Kind,
            KeyId = Encoding.UTF8.GetString(fields.KeyId),
            KeyIdBytes = fields.KeyId.ToArray(),
            Principals = principals,
            ValidAfter = fields.ValidAfter,
            ValidBefore = fields.ValidBefore,
            CriticalOptions = critical,
            Extensions = extensions,
        };
    }

    internal override bool VerifySignature(KeyAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, out SecurityKeyAttestation? attestation) =>
        PlainKey.VerifySignature(algorithm, data, signature, out attestation);

    internal override bool VerifyBlob(KeyAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> blob) => PlainKey.VerifyBlob(algorithm, data, blob);

    // PROTOCOL.certkeys: "valid after <= current time < valid before".
    private string? FaultAs(CertificateKind kind, DateTimeOffset now)
    {
        if (Kind != kind) return kind == CertificateKind.Host ? "Certificate invalid: not a host certificate" : "Certificate invalid: not a user certificate";
        long seconds = now.ToUnixTimeSeconds();
        if (seconds < 0 || (ulong)seconds < ValidAfter) return "Certificate invalid: not yet valid";
        if ((ulong)seconds >= ValidBefore) return "Certificate invalid: expired";

        // A list without names once stood for everybody, and authorities made such lists by mistake; since OpenSSH 10.3 it stands for nobody.
        return Principals.Count == 0 ? "Certificate lacks principal list" : null;
    }

    // PROTOCOL.certkeys: "Chained" certificates "are NOT supported"; so nothing here calls itself again.
    private static PublicKey ReadAuthority(ReadOnlySpan<byte> blob)
    {
        ReadOnlySpan<byte> type = default;
        new FieldReader(blob).Text(ref type, NameList.MaxNameLength);
        if (CertificateFields.IsCertificateType(type)) throw KeyFormatException.Damaged("The certificate is signed by a certificate, not by a key.");
        return ReadPlain(type, blob);
    }

    private static List<string> ReadPrincipals(ReadOnlySpan<byte> list)
    {
        var principals = new List<string>();
        var reader = new FieldReader(list);
        while (reader.Remaining > 0)
        {
            if (principals.Count == MaxPrincipals) throw KeyFormatException.Damaged($"The certificate has more than {MaxPrincipals} principals.");
            ReadOnlySpan<byte> principal = default;
            reader.Text(ref principal);
            principals.Add(ReadName(principal));
        }

        return principals;
    }

    private static List<CertificateOption> ReadOptions(ReadOnlySpan<byte> list)
    {
        var options = new List<CertificateOption>();
        var reader = new FieldReader(list);
        while (reader.Remaining > 0)
        {
            ReadOnlySpan<byte> name = default, data = default;
            reader.Text(ref name);
            reader.String(ref data);
            options.Add(new CertificateOption(ReadName(name), data.ToArray()));
        }

        return options;
    }

    // Names are compared: two that differ in their bytes must differ as text.
    private static string ReadName(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (!bytes.Contains((byte)0)) return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
        }

        throw KeyFormatException.Damaged("A name in the certificate is not UTF-8 text.");
    }
}
