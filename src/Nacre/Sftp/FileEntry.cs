using Nacre.Protocol.Sftp;

namespace Nacre.Sftp;

/// <summary>A name in a directory.</summary>
/// <param name="Name">The name, without any path.</param>
/// <param name="LongName">A line as <c>ls -l</c> prints it, for show.</param>
/// <param name="Attributes">What is known of the file; of a link itself.</param>
public sealed record FileEntry(string Name, string LongName, SftpAttributes Attributes);
