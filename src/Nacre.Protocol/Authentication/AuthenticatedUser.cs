using Nacre.Protocol.Keys;

namespace Nacre.Protocol.Authentication;

/// <summary>A user who has proven who they are, and how.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Steps">The proofs that were accepted, in order; more than one where the server wants several factors.</param>
public sealed record AuthenticatedUser(string Name, IReadOnlyList<AuthenticationStep> Steps)
{
    /// <summary>What the user may do, by what the proofs allow together. A server of this library holds to it by itself.</summary>
    public LoginPermissions Permissions { get; init; } = LoginPermissions.Everything;
}

/// <summary>One accepted proof.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Key">The verified key, for publickey and hostbased.</param>
public sealed record AuthenticationStep(string Method, PublicKey? Key);
