namespace Nacre.Protocol.Keys.Formats;

/// <summary>The forms in which public keys are written.</summary>
public enum PublicKeyFormat
{
    /// <summary>The line of .pub files and authorized_keys.</summary>
    OpenSsh,

    /// <summary>The form of RFC 4716, which PuTTY and the commercial implementations read.</summary>
    Rfc4716,

    /// <summary>PEM with the PUBLIC KEY of RFC 5280 and RFC 8410, which every program with TLS reads. Certificates lose all but their key.</summary>
    Pkcs8,

    /// <summary>The traditional PEM of RSA keys (PKCS#1); that of ECDSA keys is the one of <see cref="Pkcs8"/>, and Ed25519 keys have none.</summary>
    Pem,
}
