namespace Nacre.Server;

/// <summary>The contents of an authorized_keys file, or of what takes the place of one.</summary>
/// <param name="Name">What the log calls it, such as its path.</param>
/// <param name="Contents">Its bytes. Comments, and lines that make no sense, are passed over; none is fatal.</param>
public sealed record AuthorizedKeysFile(string Name, ReadOnlyMemory<byte> Contents);
