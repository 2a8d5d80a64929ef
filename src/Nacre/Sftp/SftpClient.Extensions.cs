using System.Buffers.Binary;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp;

/// <content>What a server can do beyond version 3, where it offers the extension.</content>
public sealed partial class SftpClient
{
    internal const string StatisticsExtension = "statvfs@openssh.com", LinkAttributesExtension = "lsetstat@openssh.com", CopyExtension = "copy-data",
        NamesExtension = "users-groups-by-id@openssh.com";

    /// <summary>Sets what the attributes name of a link itself.</summary>
    /// <param name="path">Of which link; of another file it sets them too.</param>
    /// <param name="attributes">What to set.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is set.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public Task SetLinkAttributesAsync(string path, SftpAttributes attributes, CancellationToken ct = default)
    {
        Require(LinkAttributesExtension, path);
        var wanted = new SftpPathAndAttributes { Path = Utf8(path), Attributes = attributes };
        byte[] contents = Message.WriteRecord(ref wanted);
        return DoneAsync(id => Extended(id, LinkAttributesExtension, contents), path, ct);
    }

    /// <summary>How full the file system is that holds a path.</summary>
    /// <param name="path">Any path in it.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public async Task<FileSystemStatistics> StatisticsAsync(string path, CancellationToken ct = default)
    {
        Require(StatisticsExtension, path);
        byte[] contents = PathOnly(path);
        Reply reply = await SendAsync(id => Extended(id, StatisticsExtension, contents), ct).ConfigureAwait(false);
        reply.Expect(SftpMessageType.ExtendedReply, path);
        SftpStatisticsReply told = Message.ReadRecord<SftpStatisticsReply>(Message.ReadRecord<SftpExtendedReply>(reply.Fields).Contents);
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
        var created = new SftpAttributes { Permissions = attributes.Permissions & permissionMask };
        byte[] source = await HandleAsync(id => Encode(new SftpOpen { Id = id, Path = Utf8(oldPath), Flags = (uint)SftpOpenFlags.Read, Attributes = new() }), oldPath, ct).ConfigureAwait(false);
        try
        {
            byte[] target = await HandleAsync(id => Encode(new SftpOpen { Id = id, Path = Utf8(newPath), Flags = (uint)writing, Attributes = created }), newPath, ct).ConfigureAwait(false);
            try
            {
                byte[] contents = WholeCopy(source, target);
                await DoneAsync(id => Extended(id, CopyExtension, contents), newPath, ct).ConfigureAwait(false);
            }
            finally
            {
                await CloseAsync(target, newPath, CancellationToken.None).ConfigureAwait(false);
            }
        }
        finally
        {
            await CloseAsync(source, oldPath, CancellationToken.None).ConfigureAwait(false);
        }
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
        byte[] contents = Numbers(users, groups);
        Reply reply = await SendAsync(id => Extended(id, NamesExtension, contents), ct).ConfigureAwait(false);
        reply.Expect(SftpMessageType.ExtendedReply, "");
        SftpUserGroupNames told = Message.ReadRecord<SftpUserGroupNames>(Message.ReadRecord<SftpExtendedReply>(reply.Fields).Contents);
        return (NamesIn(told.Users, users.Count), NamesIn(told.Groups, groups.Count));
    }

    private void Require(string extension, string? path)
    {
        if (!Offers(extension)) throw new SftpException(SftpStatusCode.OperationUnsupported, $"Server does not support {extension} extension", path);
    }

    private static byte[] PathOnly(string path)
    {
        var only = new SftpPathOnly { Path = Utf8(path) };
        return Message.WriteRecord(ref only);
    }

    private static byte[] WholeCopy(byte[] source, byte[] target)
    {
        var copy = new SftpCopyData { ReadHandle = source, WriteHandle = target };
        return Message.WriteRecord(ref copy);
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
