namespace Nacre.Protocol.Keys.Formats;

/// <summary>The forms in which private keys are written.</summary>
internal enum PrivateKeyFormat
{
    /// <summary>OpenSSH's own, which keeps the comment and locks best.</summary>
    OpenSsh,

    /// <summary>The traditional PEM of RSA and ECDSA keys: PKCS#1 and SEC 1.</summary>
    Pem,

    /// <summary>PKCS#8, which every other program reads.</summary>
    Pkcs8,
}
