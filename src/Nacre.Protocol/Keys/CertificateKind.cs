namespace Nacre.Protocol.Keys;

/// <summary>Whom a certificate is for; one of the one kind never counts as one of the other.</summary>
public enum CertificateKind
{
    /// <summary>A user who logs in.</summary>
    User = 1,

    /// <summary>A host that users log in to.</summary>
    Host = 2,
}
