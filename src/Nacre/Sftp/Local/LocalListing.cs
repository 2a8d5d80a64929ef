using Nacre.Protocol.Sftp;
using Nacre.Unix;

namespace Nacre.Sftp.Local;

/// <summary>Reads an open directory, an entry at a time.</summary>
internal sealed class LocalListing(DirectoryReader reader, string path, FileStatus above, AccountNames names) : IDisposable
{
    private readonly ListingLine _line = new(TimeProvider.System);

    /// <summary>The next entry; null at the end.</summary>
    public FileEntry? Next()
    {
        while (true)
        {
            ErrnoStatus.Check(reader.Next(out PathBytes name), path);
            if (name.IsEmpty) return null;
            ReadOnlySpan<byte> bytes = name.Bytes;

            // What ".." is, whoever opened the directory says: the kernel would look outside of a root.
            if (bytes is [(byte)'.', (byte)'.']) return Entry("..", above);

            // It went while the directory was listed, or may not be asked about.
            if (FilesAt.Status(reader.Directory, name, followsLinks: false, out FileStatus status) != Errno.None) continue;
            return Entry(FileNameText.Decode(bytes), status);
        }
    }

    public void Dispose() => reader.Dispose();

    private FileEntry Entry(string name, in FileStatus status)
    {
        SftpAttributes attributes = LocalAttributes.Of(status);
        return new FileEntry(name, _line.Of(name, attributes, status.Links, names.User(status.Uid), names.Group(status.Gid)), attributes);
    }
}
