using System.Formats.Asn1;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Tokens;

/// <summary>Reads what a library told of its tokens, of which nothing is believed: an object that is no key for SSH is left out.</summary>
internal static class TokenListing
{
    // As the tokens' makers write them: RFC 8410's, GnuPG's, and the name that PKCS#11 v3.0 has for the curve.
    private const string GnuEd25519Oid = "1.3.6.1.4.1.11591.15.1", Ed25519Name = "edwards25519";

    /// <exception cref="TokenException">The answer makes no sense.</exception>
    public static IReadOnlyList<Token> ReadTokens(ReadOnlySpan<byte> listed)
    {
        try
        {
            var tokens = new List<Token>();
            var reader = new FieldReader(listed);
            while (reader.Remaining > 0)
            {
                TokenFields fields = default;
                TokenFields.Fields(ref reader, ref fields);
                tokens.Add(new Token(fields.Slot, Printable.Escape(fields.Label), fields.WantsLogin, fields.HasPinPad));
            }

            return tokens;
        }
        catch (SshViolationException broken)
        {
            throw Nonsense(broken);
        }
    }

    /// <exception cref="TokenException">The answer makes no sense.</exception>
    public static IReadOnlyList<TokenKeyListing> ReadKeys(Token token, ReadOnlySpan<byte> listed)
    {
        try
        {
            var keys = new List<TokenKeyListing>();
            var reader = new FieldReader(listed);
            while (reader.Remaining > 0)
            {
                TokenObjectFields fields = default;
                TokenObjectFields.Fields(ref reader, ref fields);
                if (TryRead(token, fields) is { } key && !keys.Exists(each => each.PublicKey.Equals(key.PublicKey))) keys.Add(key);
            }

            return keys;
        }
        catch (SshViolationException broken)
        {
            throw Nonsense(broken);
        }
    }

    private static TokenException Nonsense(SshViolationException broken) => new(TokenFault.NoProvider, $"what the library tells of its tokens makes no sense: {broken.Message}");

    private static TokenKeyListing? TryRead(Token token, in TokenObjectFields fields)
    {
        try
        {
            if (!fields.IsCertificate) return new TokenKeyListing(token, ReadKey(fields), fields.Id.ToArray(), Printable.Escape(fields.Label));
            (PublicKey key, string subject) = X509Certificate.Read(fields.Value.ToArray());
            return new TokenKeyListing(token, key, fields.Id.ToArray(), subject);
        }
        catch (Exception unknown) when (unknown is KeyFormatException or AsnContentException)
        {
            return null;
        }
    }

    private static PublicKey ReadKey(in TokenObjectFields fields)
    {
        switch ((TokenKeyType)fields.KeyType)
        {
            case TokenKeyType.Rsa:
                return RsaPublicKey.Of(fields.Modulus.TrimStart((byte)0), fields.Exponent.TrimStart((byte)0));
            case TokenKeyType.EllipticCurve:
                EcdsaCurve curve = DerPrivateKey.ReadCurve(new AsnReader(fields.Parameters.ToArray(), AsnEncodingRules.BER));
                return EcdsaPublicKey.Of(curve, PointOf(fields.Point, 1 + (2 * curve.FieldSize)));
            case TokenKeyType.Edwards when IsEd25519(fields.Parameters):
                return Ed25519PublicKey.Of(PointOf(fields.Point, Crypto.Ed25519.PublicKeySize));
            default:
                throw KeyFormatException.Unsupported("The token's key is of a kind that SSH does not know.");
        }
    }

    private static bool IsEd25519(ReadOnlySpan<byte> parameters)
    {
        var reader = new AsnReader(parameters.ToArray(), AsnEncodingRules.BER);
        return reader.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier)
            ? reader.ReadObjectIdentifier() is DerPrivateKey.Ed25519Oid or GnuEd25519Oid
            : reader.ReadCharacterString(UniversalTagNumber.PrintableString) == Ed25519Name;
    }

    // PKCS#11 v2.40 2.3.3 wants the point within an octet string; some give it bare.
    private static ReadOnlySpan<byte> PointOf(ReadOnlySpan<byte> point, int length) =>
        point.Length == length ? point : new AsnReader(point.ToArray(), AsnEncodingRules.BER).ReadOctetString();
}
