using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>A signature of a message by an SSH key or a certificate, made for one purpose, its namespace: what ssh-keygen -Y makes and git stores (PROTOCOL.sshsig).</summary>
/// <remarks>
/// What is signed is the message's hash, so that whoever has a long message reads it once: the methods that take a hash are for that. An
/// instance says nothing of who may sign; that is for <c>AllowedSigners</c>, or for whoever compares <see cref="PublicKey"/>.
/// </remarks>
public sealed class SshSignature
{
    /// <summary>Longer texts are not looked at: room for the longest certificate and the longest signature.</summary>
    public const int MaxLength = 1 << 17;

    private const string Label = "SSH SIGNATURE";
    private const int LineLength = 70;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _signature;

    private SshSignature(PublicKey key, string signatureNamespace, HashAlgorithmName hash, byte[] signature)
    {
        (PublicKey, Namespace, Hash, _signature) = (key, signatureNamespace, hash, signature);
        SignatureAlgorithm = SignatureFields.AlgorithmOf(signature);
    }

    /// <summary>The key or the certificate that is said to have signed; <see cref="Verify"/> tells whether it has.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>What the signature is for, such as file or git; one for another purpose is no good. Somebody else's word: escape it before it is shown.</summary>
    public string Namespace { get; }

    /// <summary>The hash of the message that was signed: SHA-256 or SHA-512.</summary>
    public HashAlgorithmName Hash { get; }

    /// <summary>The algorithm that the key signed with, such as rsa-sha2-512.</summary>
    public string SignatureAlgorithm { get; }

    private static ReadOnlySpan<byte> Begin => "-----BEGIN SSH SIGNATURE-----"u8;

    private static ReadOnlySpan<byte> End => "\n-----END SSH SIGNATURE-----"u8;

    /// <summary>Reads a signature as it stands in a file, from its first byte; what follows its last line is not looked at.</summary>
    /// <param name="text">The bytes, from wherever they come.</param>
    /// <exception cref="KeyFormatException">They are no signature, or one that is not supported.</exception>
    public static SshSignature Parse(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxLength) throw KeyFormatException.Damaged($"Couldn't parse signature: it has more than {MaxLength} bytes");
        ReadOnlySpan<byte> rest = text.StartsWith(Begin) ? text[Begin.Length..] : default;
        if (!rest.StartsWith("\n"u8) && !rest.StartsWith("\r\n"u8)) throw KeyFormatException.Damaged("Couldn't parse signature: missing header");
        int end = rest.IndexOf(End);
        if (end < 0) throw KeyFormatException.Damaged("Couldn't parse signature: missing footer");
        ReadOnlySpan<byte> base64 = rest[..end];
        byte[] blob = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        if (Base64.DecodeFromUtf8(base64, blob, out _, out int length) != OperationStatus.Done) throw KeyFormatException.Damaged("Couldn't decode signature: invalid format");
        return Read(blob.AsSpan(0, length));
    }

    /// <summary>Signs a message by its SHA-512 hash.</summary>
    /// <param name="signer">Signs: a key, a key with its certificate, or an agent's.</param>
    /// <param name="signatureNamespace">What the signature is for, such as file; not empty.</param>
    /// <param name="message">The message.</param>
    /// <param name="ct">Cancels waiting for an agent or a person.</param>
    /// <exception cref="ArgumentException">The namespace is empty, too long, or has a zero byte.</exception>
    /// <exception cref="SshException">The key cannot be used, or its signature is wrong.</exception>
    public static ValueTask<SshSignature> SignAsync(ISigner signer, string signatureNamespace, ReadOnlyMemory<byte> message, CancellationToken ct = default) =>
        SignHashAsync(signer, signatureNamespace, HashAlgorithmName.SHA512, Digest.Sha512(message.Span), ct);

    /// <summary>Signs a message that has been hashed.</summary>
    /// <param name="signer">Signs: a key, a key with its certificate, or an agent's.</param>
    /// <param name="signatureNamespace">What the signature is for, such as file; not empty.</param>
    /// <param name="hash">SHA-256 or SHA-512.</param>
    /// <param name="digest">The message's hash by it.</param>
    /// <param name="ct">Cancels waiting for an agent or a person.</param>
    /// <exception cref="ArgumentException">The namespace is empty, too long, or has a zero byte; or the hash is another one, or not of its length.</exception>
    /// <exception cref="SshException">The key cannot be used, or its signature is wrong.</exception>
    public static async ValueTask<SshSignature> SignHashAsync(ISigner signer, string signatureNamespace, HashAlgorithmName hash, ReadOnlyMemory<byte> digest, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentException.ThrowIfNullOrEmpty(signatureNamespace);
        if (LengthOf(hash) != digest.Length) throw new ArgumentException("Messages are signed by their SHA-256 or SHA-512 hash.", nameof(digest));
        if (StrictUtf8.GetByteCount(signatureNamespace) > SshSignatureFields.MaxNamespace) throw new ArgumentException($"A namespace has at most {SshSignatureFields.MaxNamespace} bytes.", nameof(signatureNamespace));
        if (signatureNamespace.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("A namespace has no zero byte.", nameof(signatureNamespace));

        // PROTOCOL.sshsig has RSA keys sign with SHA-2 only; as with OpenSSH by the hash of the message, since some tokens have one only.
        PublicKey key = signer.PublicKey;
        bool isByHash = key.PlainKey.Type == KeyAlgorithm.Rsa && hash == HashAlgorithmName.SHA256;
        string algorithm = isByHash ? key.SignatureAlgorithms.First(name => KeyAlgorithm.Find(name, key.Type)!.SignatureName == KeyAlgorithm.RsaSha256) : key.SignatureAlgorithms[0];
        byte[] signed = SignedBytes(signatureNamespace, hash, digest.Span);
        SshSignature? made = Make(signer.PublicKey, signatureNamespace, hash, await signer.SignAsync(algorithm, signed, ct).ConfigureAwait(false));
        return made?.VerifyHash(signatureNamespace, digest.Span, out _) == true ? made : throw new SshException($"The signature with {algorithm} is wrong, and was discarded.");
    }

    /// <summary>Tells whether the key has signed this message for this purpose; a security key, at somebody's touch.</summary>
    /// <param name="signatureNamespace">What the signature must be for.</param>
    /// <param name="message">The message.</param>
    public bool Verify(string signatureNamespace, ReadOnlySpan<byte> message) => VerifyHash(signatureNamespace, CryptographicOperations.HashData(Hash, message));

    /// <summary>Tells whether the key has signed this message, which has been hashed, for this purpose; a security key, at somebody's touch.</summary>
    /// <param name="signatureNamespace">What the signature must be for.</param>
    /// <param name="digest">The message's hash by <see cref="Hash"/>.</param>
    public bool VerifyHash(string signatureNamespace, ReadOnlySpan<byte> digest) =>
        VerifyHash(signatureNamespace, digest, out SecurityKeyAttestation? attestation) && attestation is not { IsUserPresent: false };

    /// <summary>Tells whether the key has signed this message, which has been hashed, for this purpose, and what a security key attests by that: whether it was touched is for the caller to look at.</summary>
    /// <param name="signatureNamespace">What the signature must be for.</param>
    /// <param name="digest">The message's hash by <see cref="Hash"/>.</param>
    /// <param name="attestation">What a security key attests; null for keys of every other kind.</param>
    public bool VerifyHash(string signatureNamespace, ReadOnlySpan<byte> digest, out SecurityKeyAttestation? attestation)
    {
        attestation = null;
        return signatureNamespace == Namespace
            && digest.Length == LengthOf(Hash)
            && PublicKey.PlainKey.Verify(SignatureAlgorithm, SignedBytes(Namespace, Hash, digest), _signature, out attestation);
    }

    /// <summary>The signature as it stands in a file: lines, each with its end.</summary>
    public override string ToString()
    {
        var fields = new SshSignatureFields
        {
            Magic = SshSignatureFields.MagicText,
            Version = SshSignatureFields.CurrentVersion,
            PublicKey = PublicKey.Blob.Span,
            Namespace = StrictUtf8.GetBytes(Namespace),
            HashAlgorithm = Encoding.ASCII.GetBytes(NameOf(Hash)),
            Signature = _signature,
        };
        using Secret text = PemBlock.Write(Label, headers: default, Message.WriteRecord(ref fields), LineLength);
        return Encoding.ASCII.GetString(text.Span);
    }

    /// <summary>The hash of a name that the format has for it; null for every other.</summary>
    internal static HashAlgorithmName? HashNamed(string name) => name switch
    {
        "sha256" => HashAlgorithmName.SHA256,
        "sha512" => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static SshSignature Read(ReadOnlySpan<byte> blob)
    {
        if (!blob.StartsWith(SshSignatureFields.MagicText)) throw KeyFormatException.Damaged("Couldn't verify signature: invalid format");
        try
        {
            SshSignatureFields fields = Message.ReadRecord<SshSignatureFields>(blob);

            // PROTOCOL.sshsig: "Verifiers MUST reject signatures with versions greater than those they support." There was none before.
            if (fields.Version != SshSignatureFields.CurrentVersion)
            {
                string relation = fields.Version > SshSignatureFields.CurrentVersion ? "larger than" : "not the";
                throw KeyFormatException.Unsupported($"Signature version {fields.Version} is {relation} supported version {SshSignatureFields.CurrentVersion}");
            }

            HashAlgorithmName hash = HashNamed(Encoding.ASCII.GetString(fields.HashAlgorithm))
                ?? throw KeyFormatException.Unsupported($"unsupported hash algorithm \"{Printable.Escape(fields.HashAlgorithm)}\"");
            return Make(PublicKey.Parse(fields.PublicKey), ReadNamespace(fields.Namespace), hash, fields.Signature.ToArray())
                ?? throw KeyFormatException.Unsupported("Couldn't verify signature: unsupported signature algorithm of the key's type");
        }
        catch (SshViolationException broken)
        {
            throw KeyFormatException.Damaged($"Couldn't parse signature blob: {broken.Message}", broken);
        }
    }

    /// <summary>Null where the key's type has no such signatures; for RSA those with SHA-1 are none.</summary>
    private static SshSignature? Make(PublicKey key, string signatureNamespace, HashAlgorithmName hash, byte[] signature)
    {
        var made = new SshSignature(key, signatureNamespace, hash, signature);
        return key.PlainKey.SignatureAlgorithms.Contains(made.SignatureAlgorithm) ? made : null;
    }

    private static string ReadNamespace(ReadOnlySpan<byte> bytes)
    {
        // PROTOCOL.sshsig: "The namespace value MUST NOT be the empty string."
        if (bytes.IsEmpty || bytes.Contains((byte)0)) throw KeyFormatException.Damaged("Couldn't parse signature blob: its namespace is empty or has a zero byte");
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException garbled)
        {
            throw KeyFormatException.Damaged("Couldn't parse signature blob: its namespace is not UTF-8 text", garbled);
        }
    }

    // What the signature's reserved field says is not signed, and counts for nothing.
    private static byte[] SignedBytes(string signatureNamespace, HashAlgorithmName hash, ReadOnlySpan<byte> digest)
    {
        var fields = new SignedMessageFields
        {
            Magic = SshSignatureFields.MagicText,
            Namespace = StrictUtf8.GetBytes(signatureNamespace),
            HashAlgorithm = Encoding.ASCII.GetBytes(NameOf(hash)),
            Digest = digest,
        };
        return Message.WriteRecord(ref fields);
    }

    private static string NameOf(HashAlgorithmName hash) => hash == HashAlgorithmName.SHA256 ? "sha256" : "sha512";

    private static int? LengthOf(HashAlgorithmName hash) =>
        hash == HashAlgorithmName.SHA256 ? SHA256.HashSizeInBytes : hash == HashAlgorithmName.SHA512 ? SHA512.HashSizeInBytes : null;
}
