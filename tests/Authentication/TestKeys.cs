using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Authentication;

/// <summary>Keys with names that transcripts show.</summary>
internal static class TestKeys
{
    public static readonly PrivateKey A = PrivateKey.GenerateEd25519();
    public static readonly PrivateKey B = PrivateKey.GenerateEd25519();
    public static readonly PrivateKey C = PrivateKey.GenerateEcdsa();
    public static readonly PrivateKey Rsa = PrivateKey.GenerateRsa(2048);

    public static string NameOf(PublicKey key) => key switch
    {
        _ when key.Equals(A.PublicKey) => "A",
        _ when key.Equals(B.PublicKey) => "B",
        _ when key.Equals(C.PublicKey) => "C",
        _ when key.Equals(Rsa.PublicKey) => "RSA",
        _ => "?",
    };
}

/// <summary>An identity with every property to choose; counts how often it was opened.</summary>
internal sealed class TestIdentity(PrivateKey key) : IIdentity
{
    public string Name => TestKeys.NameOf(key.PublicKey);

    /// <summary>False for a key whose public half is known only when it is opened.</summary>
    public bool IsPublicKnown { get; init; } = true;

    public bool SignsUnasked { get; init; }

    /// <summary>Whether the person types the passphrase.</summary>
    public bool Opens { get; init; } = true;

    /// <summary>What opening throws.</summary>
    public SshException? Fault { get; init; }

    /// <summary>What signs in place of the key.</summary>
    public ISigner? Signer { get; init; }

    public int Opened { get; private set; }

    public PublicKey? PublicKey => IsPublicKnown ? key.PublicKey : null;

    public ValueTask<ISigner?> OpenAsync(CancellationToken ct)
    {
        Opened++;
        if (Fault is not null) throw Fault;
        return new(Opens ? Signer ?? key : null);
    }

    public static TestIdentity Ready(PrivateKey key) => new(key) { SignsUnasked = true };
}
