namespace Nacre.Crypto;

/// <summary>A hash of FIPS 180-4.</summary>
internal enum ShaVariant
{
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}
