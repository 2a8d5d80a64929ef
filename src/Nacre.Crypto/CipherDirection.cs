namespace Nacre.Crypto;

/// <summary>Which way a cipher that is not its own inverse works.</summary>
internal enum CipherDirection
{
    Encrypt,
    Decrypt,
}
