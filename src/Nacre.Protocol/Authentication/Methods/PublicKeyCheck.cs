using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication.Methods;

/// <summary>Checks at a server all of a publickey or hostbased request (RFC 4252 7, 9) that needs no policy: the key, its algorithm, its signature.</summary>
internal sealed class PublicKeyCheck(
    ReadOnlyMemory<byte> sessionId, ReadOnlyMemory<byte> hostKey, AuthenticationServerOptions options, IReadOnlyList<AuthenticationStep> steps)
{
    /// <summary>The key of a request; null when it is none, may not be used here, or has served as a factor already.</summary>
    public PublicKey? Read(PublicKeyProof proof) =>
        PublicKey.TryParse(proof.Blob, out PublicKey? key) && IsBoundHere(proof) && IsUsable(key, proof.Algorithm, options.SignatureAlgorithms) ? key : null;

    /// <inheritdoc cref="Read(PublicKeyProof)"/>
    public PublicKey? Read(HostbasedProof proof) =>
        PublicKey.TryParse(proof.Blob, out PublicKey? key) && IsUsable(key, proof.Algorithm, options.HostbasedAlgorithms) ? key : null;

    /// <summary>True when the signature is there and right. Whether what a security key attests by it is enough depends on the key's limits.</summary>
    public bool IsSigned(AuthenticationRequest request, PublicKeyProof proof, PublicKey key, out SecurityKeyAttestation? attestation)
    {
        attestation = null;
        return proof.Signature is not null && key.Verify(proof.Algorithm, SignedDataOf(request, proof), proof.Signature, out attestation);
    }

    /// <summary>True when the signature is right; nobody need be at the machine that makes it.</summary>
    public bool IsSigned(AuthenticationRequest request, HostbasedProof proof, PublicKey key)
    {
        var signed = new HostbasedSignedRequest
        {
            SessionId = sessionId.Span,
            UserName = Encoding.UTF8.GetBytes(request.UserName),
            Algorithm = Encoding.UTF8.GetBytes(proof.Algorithm),
            PublicKey = proof.Blob,
            ClientHost = Encoding.UTF8.GetBytes(proof.ClientHost),
            ClientUser = Encoding.UTF8.GetBytes(proof.ClientUser),
        };
        return key.Verify(proof.Algorithm, Message.WriteRecord(ref signed), proof.Signature, out _);
    }

    private bool IsBoundHere(PublicKeyProof proof) => proof.HostKey is null || proof.HostKey.AsSpan().SequenceEqual(hostKey.Span);

    private bool IsUsable(PublicKey key, string algorithm, IReadOnlyList<string>? accepted)
    {
        bool isAllowed = (accepted ?? key.SignatureAlgorithms).Contains(algorithm) && key.Supports(algorithm);
        bool isStrong = key.PlainKey.Type != KeyAlgorithm.Rsa || key.Bits >= options.RequiredRsaBits;

        // A key and its certificates are one factor, not several.
        return isAllowed && isStrong && IsWellSigned(key) && !steps.Any(step => key.PlainKey.Equals(step.Key?.PlainKey));
    }

    private bool IsWellSigned(PublicKey key) =>
        key is not Certificate certificate || (options.AuthorityAlgorithms ?? KeyAlgorithm.AuthorityDefaults).Contains(certificate.SignatureAlgorithm);

    private byte[] SignedDataOf(AuthenticationRequest request, PublicKeyProof proof)
    {
        var signed = new SignedRequest
        {
            SessionId = sessionId.Span,
            UserName = Encoding.UTF8.GetBytes(request.UserName),
            ServiceName = Encoding.UTF8.GetBytes(request.Service),
            Method = Encoding.UTF8.GetBytes(request.Method),
            Algorithm = Encoding.UTF8.GetBytes(proof.Algorithm),
            PublicKey = proof.Blob,
            HostKey = proof.HostKey,
        };
        return Message.WriteRecord(ref signed);
    }
}
