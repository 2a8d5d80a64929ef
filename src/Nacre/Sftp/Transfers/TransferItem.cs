using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Transfers;

/// <summary>A file or directory that is to be copied.</summary>
/// <param name="Source">Where it is.</param>
/// <param name="Target">Where the copy goes; the copy of a directory becomes this directory.</param>
/// <param name="Known">What is known of the source already, from a listing; of a link itself. Null to ask.</param>
internal readonly record struct TransferItem(string Source, string Target, SftpAttributes? Known = null);
