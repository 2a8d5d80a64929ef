using Nacre.Protocol.Keys;

namespace Nacre.Tools.SshCopyId;

/// <summary>A line to be added to authorized_keys.</summary>
/// <param name="Text">The line, with options and comment as its owner wrote them.</param>
/// <param name="Key">The key in it.</param>
internal sealed record InstalledLine(string Text, PublicKey Key);
