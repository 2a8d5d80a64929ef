namespace Nacre.Server;

/// <summary>Finds the authorized_keys files of a user, and checks that only the user can have written them.</summary>
public interface IAuthorizedKeysSource
{
    /// <summary>Reads the files of a user.</summary>
    /// <param name="userName">Who the client says it is. Hostile: it may have any character, a slash as well.</param>
    /// <param name="ct">Cancels reading.</param>
    /// <returns>Each file; none for an unknown user.</returns>
    ValueTask<IReadOnlyList<AuthorizedKeysFile>> ReadAsync(string userName, CancellationToken ct);
}
