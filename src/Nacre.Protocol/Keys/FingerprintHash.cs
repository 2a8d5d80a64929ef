namespace Nacre.Protocol.Keys;

/// <summary>How a key is shortened to something that people compare.</summary>
public enum FingerprintHash
{
    /// <summary>SHA-256 in base64 without padding, as in <c>SHA256:jN0J…</c>.</summary>
    Sha256,

    /// <summary>MD5 in colon-separated hexadecimal, as in <c>MD5:0a:1b…</c>; for comparing with what old software shows.</summary>
    Md5,

    /// <summary>SHA-1 in base64; for comparing with what old software shows.</summary>
    Sha1,

    /// <summary>SHA-384 in base64.</summary>
    Sha384,

    /// <summary>SHA-512 in base64.</summary>
    Sha512,
}
