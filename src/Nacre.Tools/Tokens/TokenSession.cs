using System.Buffers;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Tokens;

/// <summary>The session with a token, which the login lasts as long as.</summary>
internal sealed class TokenSession(TokenLibrary library, nuint slot)
{
    private const uint X509 = 0;

    private nuint? _session;
    private bool _isLoggedIn;

    /// <summary>Does something in the session; where the token was taken out and put in again, in a new one.</summary>
    public byte[] Do(Func<TokenSession, byte[]> what)
    {
        bool isFirst = _session is null;
        try
        {
            return what(this);
        }
        catch (TokenLibraryException lost) when (lost.IsSessionLost)
        {
            (_session, _isLoggedIn) = (null, false);
            if (isFirst) throw;
            return what(this);
        }
        catch (TokenLibraryException lost) when (lost.Result == TokenResult.UserNotLoggedIn)
        {
            _isLoggedIn = false;
            throw;
        }
    }

    /// <summary>Logs in; without a PIN it is typed at the token.</summary>
    public byte[] Login(byte[]? pin)
    {
        nuint session = Open();
        if (!_isLoggedIn) library.Login(session, TokenUser.User, pin);
        _isLoggedIn = true;
        return [];
    }

    /// <summary>The public keys, then the certificates, each in the library's order.</summary>
    public byte[] ListObjects()
    {
        nuint session = Open();
        var objects = new ArrayBufferWriter<byte>();
        foreach (nuint key in library.Find(session, TokenAttribute.Of(TokenAttributeType.Class, (uint)TokenObjectClass.PublicKey))) AddKey(objects, session, key);
        IReadOnlyList<nuint> certificates = library.Find(
            session,
            TokenAttribute.Of(TokenAttributeType.Class, (uint)TokenObjectClass.Certificate),
            TokenAttribute.Of(TokenAttributeType.CertificateType, X509));
        foreach (nuint certificate in certificates) AddCertificate(objects, session, certificate);
        return objects.WrittenSpan.ToArray();
    }

    /// <summary>Signs with the private key of a kind and an identifier.</summary>
    /// <exception cref="TokenException">A PIN is wanted, or there is no such key.</exception>
    public byte[] Sign(TokenKeyType type, byte[] id, byte[] data, byte[]? pin)
    {
        nuint session = Open();
        (_, TokenFlags flags) = library.TokenIn(slot);
        if ((flags & TokenFlags.LoginRequired) != 0 && !_isLoggedIn) throw new TokenException(TokenFault.LoginRequired);
        nuint key = FindPrivate(session, type, id);

        // PKCS#11 v2.40 4.9: such a key wants a login for each signature, between C_SignInit and C_Sign.
        bool asksAlways = library.Read(session, key, TokenAttributeType.AlwaysAuthenticate) is [1];
        bool hasPinPad = (flags & TokenFlags.ProtectedAuthenticationPath) != 0;
        if (asksAlways && pin is null && !hasPinPad) throw new TokenException(TokenFault.PinRequired);
        library.BeginSigning(session, key, MechanismOf(type));
        if (asksAlways) LoginForSignature(session, pin);
        return library.Sign(session, data);
    }

    private static TokenMechanism MechanismOf(TokenKeyType type) => type switch
    {
        TokenKeyType.Rsa => TokenMechanism.RsaPkcs,
        TokenKeyType.EllipticCurve => TokenMechanism.Ecdsa,
        TokenKeyType.Edwards => TokenMechanism.EdDsa,
        _ => throw new SshViolationException(Violation.FieldMalformed, "There is no such kind of key."),
    };

    private nuint Open() => _session ??= library.OpenSession(slot);

    // A signature that was begun has no other end in PKCS#11 v2.40 than that of its session; the other one is opened first, for the login ends with the last.
    private void LoginForSignature(nuint session, byte[]? pin)
    {
        try
        {
            library.Login(session, TokenUser.ContextSpecific, pin);
        }
        catch (TokenLibraryException refused) when (!refused.IsSessionLost)
        {
            _session = library.OpenSession(slot);
            library.CloseSession(session);
            throw;
        }
    }

    // Some tokens have several private keys by one identifier, and say of some that they do not sign; others say it of none.
    private nuint FindPrivate(nuint session, TokenKeyType type, byte[] id)
    {
        var isPrivate = TokenAttribute.Of(TokenAttributeType.Class, (uint)TokenObjectClass.PrivateKey);
        var isOfType = TokenAttribute.Of(TokenAttributeType.KeyType, (uint)type);
        var isNamed = new TokenAttribute(TokenAttributeType.Id, id);
        IReadOnlyList<nuint> found = library.Find(session, isPrivate, isOfType, isNamed, TokenAttribute.Of(TokenAttributeType.Sign, true));
        if (found.Count == 0) found = library.Find(session, isPrivate, isOfType, isNamed);
        return found.Count > 0 ? found[0] : throw new TokenException(TokenFault.NoKey);
    }

    private void AddKey(ArrayBufferWriter<byte> objects, nuint session, nuint key)
    {
        var fields = new TokenObjectFields
        {
            Id = library.Read(session, key, TokenAttributeType.Id),
            Label = Name(session, key),
            KeyType = NumberOf(library.Read(session, key, TokenAttributeType.KeyType)),
        };
        switch ((TokenKeyType)fields.KeyType)
        {
            case TokenKeyType.Rsa:
                fields.Modulus = library.Read(session, key, TokenAttributeType.Modulus);
                fields.Exponent = library.Read(session, key, TokenAttributeType.PublicExponent);
                break;
            case TokenKeyType.EllipticCurve or TokenKeyType.Edwards:
                fields.Parameters = library.Read(session, key, TokenAttributeType.CurveParameters);
                fields.Point = library.Read(session, key, TokenAttributeType.CurvePoint);
                break;
            default:
                return;
        }

        Add(objects, ref fields);
    }

    private void AddCertificate(ArrayBufferWriter<byte> objects, nuint session, nuint certificate)
    {
        var fields = new TokenObjectFields
        {
            IsCertificate = true,
            Id = library.Read(session, certificate, TokenAttributeType.Id),
            Value = library.Read(session, certificate, TokenAttributeType.Value),
        };
        Add(objects, ref fields);
    }

    private static void Add(ArrayBufferWriter<byte> objects, scoped ref TokenObjectFields fields)
    {
        if (fields.Id.Length > TokenObjectFields.MaxName) return;
        byte[] record = Message.WriteRecord(ref fields);
        if (objects.WrittenCount + record.Length <= TokenObjectFields.MaxTotal) objects.Write(record);
    }

    private byte[] Name(nuint session, nuint key) => library.Read(session, key, TokenAttributeType.Label) is { Length: <= TokenObjectFields.MaxName } label ? label : [];

    private static uint NumberOf(byte[]? value) => value?.Length switch
    {
        sizeof(ulong) => (uint)Math.Min(BitConverter.ToUInt64(value), uint.MaxValue),
        sizeof(uint) => BitConverter.ToUInt32(value),
        _ => uint.MaxValue,
    };
}
