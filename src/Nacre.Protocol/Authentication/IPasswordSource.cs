using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>Gives the client the user's password: from a person, from a store.</summary>
public interface IPasswordSource
{
    /// <summary>Gives a password for the method password.</summary>
    /// <param name="attempt">1 for the first time; above it the server has refused the one before.</param>
    /// <param name="ct">Cancels waiting for a person.</param>
    /// <returns>The password, which the client erases after use, or null to give the method up.</returns>
    ValueTask<Password?> AskPasswordAsync(int attempt, CancellationToken ct);

    /// <summary>Gives a new password when the server says that the old one has expired (RFC 4252 8).</summary>
    /// <param name="prompt">What the server says.</param>
    /// <param name="ct">Cancels waiting for a person.</param>
    /// <returns>The old and the new password, which the client erases after use, or null to give the method up.</returns>
    ValueTask<PasswordChange?> AskNewPasswordAsync(PeerText prompt, CancellationToken ct);
}

/// <summary>The answer to an expired password.</summary>
/// <param name="Old">The password that expired.</param>
/// <param name="New">The one to set.</param>
public sealed record PasswordChange(Password Old, Password New) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Old.Dispose();
        New.Dispose();
    }
}
