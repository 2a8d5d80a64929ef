using System.Globalization;
using Nacre.Protocol.Keys;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Authorisation;

/// <summary>What the tokens in the arguments of a <see cref="LookupCommand"/> stand for (sshd_config(5), TOKENS).</summary>
internal static class LookupTokens
{
    /// <summary>Those that every command has.</summary>
    public static Dictionary<char, string> Of(UserAccount user, PublicKey key, ClientConnection client, FingerprintHash hash) => new()
    {
        ['C'] = string.Create(CultureInfo.InvariantCulture, $"{client.Address} {client.Remote.Port} {client.LocalAddress} {client.Local.Port}"),
        ['D'] = "", // routing domains are not of this system
        ['f'] = key.FingerprintBy(hash),
        ['h'] = user.Home,
        ['k'] = Convert.ToBase64String(key.Blob.Span),
        ['t'] = key.Type,
        ['U'] = user.Uid.ToString(CultureInfo.InvariantCulture),
        ['u'] = user.Name,
    };

    /// <summary>The same with those of a certificate.</summary>
    public static Dictionary<char, string> Of(UserAccount user, Certificate certificate, ClientConnection client, FingerprintHash hash)
    {
        Dictionary<char, string> tokens = Of(user, (PublicKey)certificate, client, hash);
        tokens['F'] = certificate.SignatureKey.FingerprintBy(hash);
        tokens['i'] = certificate.KeyId;
        tokens['K'] = Convert.ToBase64String(certificate.SignatureKey.Blob.Span);
        tokens['s'] = certificate.Serial.ToString(CultureInfo.InvariantCulture);
        tokens['T'] = certificate.SignatureKey.Type;
        return tokens;
    }
}
