namespace Nacre.Crypto;

/// <summary>RFC 9106 3.1: how Argon2 chooses what it reads next.</summary>
internal enum Argon2Type
{
    /// <summary>By what it has computed.</summary>
    D,

    /// <summary>Whatever the passphrase is, the same.</summary>
    I,

    /// <summary>At first as <see cref="I"/>, then as <see cref="D"/>.</summary>
    Id,
}
