namespace Nacre.Crypto;

/// <summary>The curves of FIPS 186 that key agreement uses; the values are libcrypto's numbers for them.</summary>
internal enum NistCurve
{
    P256 = 415,
    P384 = 715,
    P521 = 716,
}
