using System.Buffers.Binary;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp;

/// <content>What a server can do beyond version 3, where it offers the extension.</content>
public sealed partial class SftpClient
{
    internal const string StatisticsExtension = "statvfs@openssh.com", HandleStatisticsExtension = "fstatvfs@openssh.com",
        LinkAttributesExtension = "lsetstat@openssh.com", CopyExtension = "copy-data", NamesExtension = "users-groups-by-id@openssh.com",
        HardLinkExtension = "hardlink@openssh.com", PosixRenameExtension = "posix-rename@openssh.com", LimitsExtension = "limits@openssh.com",
        SyncExtension = "fsync@openssh.com", ExpandExtension = "expand-path@openssh.com", HomeExtension = "home-directory", CheckExtension = "check-file";

    private const string CheckHandle = "check-file-handle", CheckName = "check-file-name";

    /// <summary>Sets what the attributes name of a link itself.</summary>
    /// <param name="path">Of which link; of another file it sets them too.</param>
    /// <param name="attributes">What to set.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is set.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public Task SetLinkAttributesAsync(string path, SftpAttributes attributes, CancellationToken ct = default)
    {
        Require(LinkAttributesExtension, path);
        var contents = new SftpPathAndAttributes { Path = FileRequests.PathBytes(path), Attributes = attributes };
        return _requests.ExtendedAsync(LinkAttributesExtension, ref contents, path).WaitAsync(ct);
    }

    /// <summary>How full the file system is that holds a path.</summary>
    /// <param name="path">Any path in it.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public Task<FileSystemStatistics> StatisticsAsync(string path, CancellationToken ct = default)
    {
        Require(StatisticsExtension, path);
        var only = new SftpPathOnly { Path = FileRequests.PathBytes(path) };
        return _requests.ExtendedAsync(ReadStatistics, StatisticsExtension, Message.WriteRecord(ref only), path).WaitAsync(ct);
    }

    /// <summary>Has the server copy a regular file, so that its bytes do not travel.</summary>
    /// <param name="oldPath">The file.</param>
    /// <param name="newPath">Where the copy goes, over what is there.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when the copy is there, with the permissions of the file.</returns>
    /// <exception cref="SftpException">The server refused or cannot, or it is no regular file.</exception>
    public async Task CopyAsync(string oldPath, string newPath, CancellationToken ct = default)
    {
        Require(CopyExtension, oldPath);
        SftpAttributes attributes = await StatAsync(oldPath, ct: ct).ConfigureAwait(false);
        if (attributes is { Permissions: not null, IsRegularFile: false }) throw new SftpException(SftpStatusCode.Failure, "not a regular file", oldPath);
        const uint permissionMask = 0x1ff;
        const SftpOpenFlags writing = SftpOpenFlags.Write | SftpOpenFlags.Create | SftpOpenFlags.Truncate;
        RemoteFile source = await OpenAsync(oldPath, SftpOpenFlags.Read, ct: ct).ConfigureAwait(false);
        await using System.Runtime.CompilerServices.ConfiguredAsyncDisposable closingSource = source.ConfigureAwait(false);
        RemoteFile target = await OpenAsync(newPath, writing, attributes.Permissions & permissionMask, ct).ConfigureAwait(false);
        await using System.Runtime.CompilerServices.ConfiguredAsyncDisposable closingTarget = target.ConfigureAwait(false);
        await CopyWholeAsync(source, target).WaitAsync(ct).ConfigureAwait(false);
        await target.CloseAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The absolute form of a path that may begin with ~ or ~user; of a server without the extension only what <see cref="ResolveAsync"/> gives.</summary>
    /// <param name="path">The path.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The absolute path.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public Task<string> ExpandAsync(string path, CancellationToken ct = default)
    {
        if (!path.StartsWith('~')) return ResolveAsync(path, ct);
        Require(ExpandExtension, path);
        var only = new SftpPathOnly { Path = FileRequests.PathBytes(path) };
        return _requests.ExtendedAsync(Replies.Name, ExpandExtension, Message.WriteRecord(ref only), path).WaitAsync(ct);
    }

    /// <summary>The home directory of a user.</summary>
    /// <param name="user">The user's name; empty for the user of this session.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public Task<string> HomeAsync(string user = "", CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(user);
        Require(HomeExtension, null);
        var contents = new SftpHomeDirectory { User = Encoding.UTF8.GetBytes(user) };
        return _requests.ExtendedAsync(Replies.Name, HomeExtension, Message.WriteRecord(ref contents), null).WaitAsync(ct);
    }

    /// <summary>What people at the server call owners and groups.</summary>
    /// <param name="users">The owners' numbers.</param>
    /// <param name="groups">The groups' numbers.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The names in the same order; null where a number has none.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public async Task<(IReadOnlyList<string?> Users, IReadOnlyList<string?> Groups)> NamesOfAsync(IReadOnlyList<uint> users, IReadOnlyList<uint> groups, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(groups);
        Require(NamesExtension, path: null);
        byte[] told = await _requests.ExtendedAsync(Replies.Contents, NamesExtension, Numbers(users, groups), null).WaitAsync(ct).ConfigureAwait(false);
        SftpUserGroupNames names = Message.ReadRecord<SftpUserGroupNames>(told);
        return (NamesIn(names.Users, users.Count), NamesIn(names.Groups, groups.Count));
    }

    /// <summary>Has the server hash a file, so that it can be verified without a shell.</summary>
    /// <param name="path">Which.</param>
    /// <param name="algorithm">The hash, such as sha256 or sha512.</param>
    /// <param name="offset">From where, in bytes.</param>
    /// <param name="length">How many bytes; 0 for all to the end.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The hash.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public Task<byte[]> HashAsync(string path, string algorithm = "sha256", long offset = 0, long length = 0, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(algorithm);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Require(CheckExtension, path);
        var check = new SftpCheckFileName { Path = FileRequests.PathBytes(path), Algorithms = Encoding.ASCII.GetBytes(algorithm), StartOffset = (ulong)offset, Length = (ulong)length };
        return _requests.ExtendedAsync(ReadHashes, CheckName, Message.WriteRecord(ref check), path).WaitAsync(ct);
    }

    internal Task<byte[]> HashAsync(byte[] handle, string algorithm, long offset, long length, uint blockSize, string? path)
    {
        Require(CheckExtension, path);
        var check = new SftpCheckFileHandle { Handle = handle, Algorithms = Encoding.ASCII.GetBytes(algorithm), StartOffset = (ulong)offset, Length = (ulong)length, BlockSize = blockSize };
        return _requests.ExtendedAsync(ReadHashes, CheckHandle, Message.WriteRecord(ref check), path);
    }

    internal Task<FileSystemStatistics> StatisticsAsync(byte[] handle, string? path)
    {
        Require(HandleStatisticsExtension, path);
        var only = new SftpHandleOnly { Handle = handle };
        return _requests.ExtendedAsync(ReadStatistics, HandleStatisticsExtension, Message.WriteRecord(ref only), path);
    }

    internal void Require(string extension, string? path)
    {
        if (!Offers(extension)) throw new SftpException(SftpStatusCode.OperationUnsupported, $"Server does not support {extension} extension", path);
    }

    private Task<bool> CopyWholeAsync(RemoteFile source, RemoteFile target)
    {
        var copy = new SftpCopyData { ReadHandle = source.Handle, WriteHandle = target.Handle };
        return _requests.ExtendedAsync(CopyExtension, ref copy, target.Path);
    }

    private static byte[] ReadHashes(SftpMessageType type, ReadOnlySpan<byte> fields, string? path) =>
        Message.ReadRecord<SftpCheckFileReply>(Replies.Contents(type, fields, path)).Hashes.ToArray();

    private static FileSystemStatistics ReadStatistics(SftpMessageType type, ReadOnlySpan<byte> fields, string? path)
    {
        SftpStatisticsReply told = Message.ReadRecord<SftpStatisticsReply>(Replies.Contents(type, fields, path));
        return new FileSystemStatistics
        {
            BlockSize = told.BlockSize,
            FragmentSize = told.FragmentSize,
            Blocks = told.Blocks,
            FreeBlocks = told.FreeBlocks,
            AvailableBlocks = told.AvailableBlocks,
            Files = told.Files,
            FreeFiles = told.FreeFiles,
            AvailableFiles = told.AvailableFiles,
            FileSystemId = told.FileSystemId,
            IsReadOnly = (told.Flags & SftpStatisticsReply.ReadOnly) != 0,
            IgnoresSetUserId = (told.Flags & SftpStatisticsReply.NoSetUserId) != 0,
            MaxNameLength = told.MaxNameLength,
        };
    }

    private static byte[] Numbers(IReadOnlyList<uint> users, IReadOnlyList<uint> groups)
    {
        var both = new SftpUserGroupNumbers { Users = Concatenate(users), Groups = Concatenate(groups) };
        return Message.WriteRecord(ref both);

        static byte[] Concatenate(IReadOnlyList<uint> numbers)
        {
            byte[] bytes = new byte[numbers.Count * sizeof(uint)];
            for (int i = 0; i < numbers.Count; i++) BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * sizeof(uint)), numbers[i]);
            return bytes;
        }
    }

    private static string?[] NamesIn(ReadOnlySpan<byte> names, int count)
    {
        const int mostName = 1024;
        string?[] found = new string?[count];
        var reader = new FieldReader(names);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> name = default;
            reader.Text(ref name, mostName, "name");
            found[i] = name.IsEmpty ? null : Encoding.UTF8.GetString(name);
        }

        reader.End();
        return found;
    }
}
