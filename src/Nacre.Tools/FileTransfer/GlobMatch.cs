using Nacre.Protocol.Sftp;

namespace Nacre.Tools.FileTransfer;

/// <summary>A path that a pattern stands for.</summary>
/// <param name="Path">The path; a directory's ends with a slash.</param>
/// <param name="Attributes">What is known of it; of a link itself.</param>
/// <param name="LongName">The server's line about it, where it was listed; else empty.</param>
internal sealed record GlobMatch(string Path, SftpAttributes Attributes, string LongName)
{
    public bool IsDirectory => Path.EndsWith('/');
}
