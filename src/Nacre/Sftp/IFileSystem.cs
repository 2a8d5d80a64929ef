using Nacre.Protocol.Sftp;

namespace Nacre.Sftp;

/// <summary>The files that an SFTP server shows. Paths are the client's, with slashes; what they lead to is the implementation's business.</summary>
/// <remarks>Whatever cannot be done throws <see cref="SftpException"/>, or an exception of System.IO whose kind says why.</remarks>
public interface IFileSystem
{
    /// <summary>The absolute form of a path: without dots, and with links followed where they lead somewhere.</summary>
    /// <param name="path">A path; an empty one is where a session starts.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>The absolute path.</returns>
    ValueTask<string> ResolveAsync(string path, CancellationToken ct);

    /// <summary>Opens a file.</summary>
    /// <param name="path">Which.</param>
    /// <param name="flags">How.</param>
    /// <param name="attributes">The permissions of a file that is made.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>The open file.</returns>
    ValueTask<IFileHandle> OpenAsync(string path, SftpOpenFlags flags, SftpAttributes attributes, CancellationToken ct);

    /// <summary>Lists a directory, with . and .. among its names.</summary>
    /// <param name="path">Which.</param>
    /// <param name="ct">Ends the listing.</param>
    /// <returns>The entries, as they are found.</returns>
    IAsyncEnumerable<FileEntry> ListAsync(string path, CancellationToken ct);

    /// <summary>What is known of a file.</summary>
    /// <param name="path">Which.</param>
    /// <param name="followsLinks">False to ask about a link itself.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>The attributes.</returns>
    ValueTask<SftpAttributes> StatAsync(string path, bool followsLinks, CancellationToken ct);

    /// <summary>Sets what the attributes name.</summary>
    /// <param name="path">Of which file.</param>
    /// <param name="attributes">What to set.</param>
    /// <param name="followsLinks">False to set it of a link itself.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Done when it is set.</returns>
    ValueTask SetAttributesAsync(string path, SftpAttributes attributes, bool followsLinks, CancellationToken ct);

    /// <summary>Removes a file or a link.</summary>
    /// <param name="path">Which.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Done when it is gone.</returns>
    ValueTask RemoveFileAsync(string path, CancellationToken ct);

    /// <summary>Makes a directory.</summary>
    /// <param name="path">Where.</param>
    /// <param name="attributes">Its permissions.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Done when it is there.</returns>
    ValueTask MakeDirectoryAsync(string path, SftpAttributes attributes, CancellationToken ct);

    /// <summary>Removes an empty directory.</summary>
    /// <param name="path">Which.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Done when it is gone.</returns>
    ValueTask RemoveDirectoryAsync(string path, CancellationToken ct);

    /// <summary>Renames a file or directory.</summary>
    /// <param name="oldPath">Which.</param>
    /// <param name="newPath">Its new path.</param>
    /// <param name="replaces">True to replace what is there at once, as rename(2) does; false to fail then.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Done when it is renamed.</returns>
    ValueTask RenameAsync(string oldPath, string newPath, bool replaces, CancellationToken ct);

    /// <summary>What a symbolic link says.</summary>
    /// <param name="path">The link.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Its text.</returns>
    ValueTask<string> ReadLinkAsync(string path, CancellationToken ct);

    /// <summary>Makes a symbolic link.</summary>
    /// <param name="target">What it says.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Done when it is there.</returns>
    ValueTask MakeSymbolicLinkAsync(string target, string path, CancellationToken ct);

    /// <summary>Gives a file another name.</summary>
    /// <param name="oldPath">The file.</param>
    /// <param name="newPath">The other name.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Done when it is there.</returns>
    ValueTask MakeHardLinkAsync(string oldPath, string newPath, CancellationToken ct);

    /// <summary>How full the file system is that holds a path.</summary>
    /// <param name="path">Any path in it.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="SftpException">It does not tell.</exception>
    ValueTask<FileSystemStatistics> StatisticsAsync(string path, CancellationToken ct) => throw new SftpException(SftpStatusCode.OperationUnsupported, path: path);

    /// <summary>The home directory of a user.</summary>
    /// <param name="user">The user's name; empty for the user of this session.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="SftpException">There is no such user, or it is not told.</exception>
    ValueTask<string> HomeAsync(string user, CancellationToken ct) => user.Length == 0 ? ResolveAsync("", ct) : throw new SftpException(SftpStatusCode.NoSuchFile);

    /// <summary>What people call an owner.</summary>
    /// <param name="uid">The owner's number.</param>
    /// <returns>The name; null when the number has none.</returns>
    string? UserName(uint uid) => null;

    /// <summary>What people call a group.</summary>
    /// <param name="gid">The group's number.</param>
    /// <returns>The name; null when the number has none.</returns>
    string? GroupName(uint gid) => null;
}
