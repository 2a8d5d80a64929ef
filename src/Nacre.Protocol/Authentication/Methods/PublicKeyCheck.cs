using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication.Methods;

/// <summary>Checks at a server all of a publickey request (RFC 4252 7) that needs no policy: the key, its algorithm, its signature.</summary>
internal sealed class PublicKeyCheck(ITransport transport, AuthenticationServerOptions options, IReadOnlyList<AuthenticationStep> steps)
{
    /// <summary>The key of a request; null when it is none, may not be used here, or has served as a factor already.</summary>
    public PublicKey? Read(PublicKeyProof proof) => PublicKey.TryParse(proof.Blob, out PublicKey? key) && IsUsable(key, proof) ? key : null;

    /// <summary>True when the signature is there and right.</summary>
    public bool IsSigned(AuthenticationRequest request, PublicKeyProof proof, PublicKey key) =>
        proof.Signature is not null && key.Verify(proof.Algorithm, SignedDataOf(request, proof), proof.Signature);

    private bool IsUsable(PublicKey key, PublicKeyProof proof)
    {
        bool isAllowed = (options.SignatureAlgorithms ?? key.SignatureAlgorithms).Contains(proof.Algorithm) && key.Supports(proof.Algorithm);
        bool isStrong = key.PlainKey.Type != KeyAlgorithm.Rsa || key.Bits >= options.RequiredRsaBits;
        bool isBoundHere = proof.HostKey is null || proof.HostKey.AsSpan().SequenceEqual(transport.HostKey.Span);

        // A key and its certificates are one factor, not several.
        return isAllowed && isStrong && isBoundHere && IsWellSigned(key) && !steps.Any(step => key.PlainKey.Equals(step.Key?.PlainKey));
    }

    private bool IsWellSigned(PublicKey key) =>
        key is not Certificate certificate || (options.AuthorityAlgorithms ?? KeyAlgorithm.AuthorityDefaults).Contains(certificate.SignatureAlgorithm);

    private byte[] SignedDataOf(AuthenticationRequest request, PublicKeyProof proof)
    {
        var signed = new SignedRequest
        {
            SessionId = transport.SessionId.Span,
            UserName = Encoding.UTF8.GetBytes(request.UserName),
            ServiceName = Encoding.UTF8.GetBytes(request.Service),
            Method = Encoding.UTF8.GetBytes(request.Method),
            Algorithm = Encoding.UTF8.GetBytes(proof.Algorithm),
            PublicKey = proof.Blob,
            IsHostBound = proof.HostKey is not null,
            HostKey = proof.HostKey,
        };
        return Message.WriteRecord(ref signed);
    }
}
