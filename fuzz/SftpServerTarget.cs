using System.Buffers.Binary;
using System.IO.Pipelines;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp;

namespace Nacre.Fuzz;

/// <summary>
/// The SFTP server: an input is a row of requests, each behind two bytes of length, after INIT and the opening of a file and a directory. Each
/// request has its answer or ends the session, and no name leads out of the files that are there.
/// </summary>
internal static class SftpServerTarget
{
    private const uint Id = 7;

    // The first places of a session's handles, as the server numbers them.
    private static readonly byte[] File = [0, 0, 0, 0, 0, 0, 0, 1], Directory = [0, 0, 0, 1, 0, 0, 0, 1];

    public static FuzzTarget Create() => new("sftp-server", Feed, Seeds())
    {
        AllocationAllowance = 8 << 20,
        AllocationPerByte = 16 * 1024,
    };

    private static void Feed(byte[] input)
    {
        var files = new MemoryFileSystem();
        (Pipe toServer, Pipe toClient) = (Unbounded(), Unbounded());
        Write(toServer.Writer, new SftpInit { Version = 3 });
        Write(toServer.Writer, new SftpOpen { Id = Id, Path = "file"u8, Flags = (uint)(SftpOpenFlags.Read | SftpOpenFlags.Write | SftpOpenFlags.Create), Attributes = new SftpAttributes() });
        Write(toServer.Writer, new SftpOpenDir { Id = Id, Path = "."u8 });
        int requests = 3;
        for (ReadOnlySpan<byte> rest = input; rest.Length > 2; requests++)
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(rest), rest.Length - 2);
            Span<byte> room = toServer.Writer.GetSpan(sizeof(uint) + length);
            BinaryPrimitives.WriteInt32BigEndian(room, length);
            rest.Slice(2, length).CopyTo(room[sizeof(uint)..]);
            toServer.Writer.Advance(sizeof(uint) + length);
            rest = rest[(2 + length)..];
        }

        toServer.Writer.Complete();
        new SftpServer(files).RunAsync(toServer.Reader, toClient.Writer).GetAwaiter().GetResult();
        toClient.Writer.Complete();
        int answers = CountAnswers(toClient.Reader);
        if (answers != requests) throw new InvalidOperationException($"{requests} requests have {answers} answers");
    }

    private static int CountAnswers(PipeReader reader)
    {
        int answers = 0;
        if (!reader.TryRead(out ReadResult read)) return answers;
        for (var rest = read.Buffer; SftpFrames.TryTake(ref rest, out _);) answers++;
        reader.AdvanceTo(read.Buffer.End);
        return answers;
    }

    private static Pipe Unbounded() => new(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false));

    private static void Write<T>(PipeWriter output, scoped in T message)
        where T : ISftpMessage<T>, allows ref struct
    {
        T copy = message;
        SftpFrames.Write(output, ref copy);
    }

    private static List<byte[]> Seeds() =>
    [
        [.. Framed(new SftpWrite { Id = Id, Handle = File, Offset = 3, Data = "some data"u8 }), .. Framed(new SftpRead { Id = Id, Handle = File, Length = 100 }), .. Framed(new SftpClose { Id = Id, Handle = File })],
        [.. Framed(new SftpReadDir { Id = Id, Handle = Directory }), .. Framed(new SftpReadDir { Id = Id, Handle = Directory }), .. Framed(new SftpClose { Id = Id, Handle = Directory })],
        [.. Framed(new SftpMkDir { Id = Id, Path = "d"u8, Attributes = new SftpAttributes { Permissions = 0x1ff } }), .. Framed(new SftpRmDir { Id = Id, Path = "d"u8 }), .. Framed(new SftpRealPath { Id = Id, Path = "d/../x"u8 })],
        [.. Framed(new SftpSymLink { Id = Id, Target = "file"u8, Link = "link"u8 }), .. Framed(new SftpReadLink { Id = Id, Path = "link"u8 }), .. Framed(new SftpStat { Id = Id, Path = "link"u8 }), .. Framed(new SftpLStat { Id = Id, Path = "link"u8 })],
        [.. Framed(new SftpRename { Id = Id, OldPath = "file"u8, NewPath = "new"u8 }), .. Framed(new SftpSetStat { Id = Id, Path = "new"u8, Attributes = new SftpAttributes { Size = 9, Uid = 1, Gid = 2, Permissions = 0x180, AccessTime = 3, ModificationTime = 4 } }), .. Framed(new SftpRemove { Id = Id, Path = "new"u8 })],
        [.. Extended("posix-rename@openssh.com"u8, new SftpTwoPaths { OldPath = "file"u8, NewPath = "new"u8 }), .. Extended("hardlink@openssh.com"u8, new SftpTwoPaths { OldPath = "new"u8, NewPath = "hard"u8 })],
        [.. Extended("statvfs@openssh.com"u8, new SftpPathOnly { Path = "."u8 }), .. Extended("fsync@openssh.com"u8, new SftpHandleOnly { Handle = File }), .. Extended("expand-path@openssh.com"u8, new SftpPathOnly { Path = "~/x"u8 })],
        [.. Extended("copy-data"u8, new SftpCopyData { ReadHandle = File, Length = 5, WriteHandle = File, WriteOffset = 9 }), .. Extended("home-directory"u8, new SftpHomeDirectory { User = "root"u8 })],
        [.. Extended("check-file-handle"u8, new SftpCheckFileHandle { Handle = File, Algorithms = "md5,sha512"u8, BlockSize = 256 }), .. Extended("check-file-name"u8, new SftpCheckFileName { Path = "file"u8, Algorithms = "sha256"u8 })],
        [.. Extended("users-groups-by-id@openssh.com"u8, new SftpUserGroupNumbers { Users = [0, 0, 0, 0], Groups = [0, 0, 0, 1] }), .. Extended("lsetstat@openssh.com"u8, new SftpPathAndAttributes { Path = "file"u8, Attributes = new SftpAttributes { Permissions = 1 } })],
    ];

    private static byte[] Extended<T>(ReadOnlySpan<byte> name, scoped in T record)
        where T : IRecord<T>, allows ref struct
    {
        T copy = record;
        return Framed(new SftpExtended { Id = Id, Name = name, Contents = Message.WriteRecord(ref copy) });
    }

    private static byte[] Framed<T>(scoped in T message)
        where T : ISftpMessage<T>, allows ref struct
    {
        T copy = message;
        byte[] fields = Message.WriteRecord(ref copy);
        return [(byte)((1 + fields.Length) >> 8), (byte)(1 + fields.Length), (byte)T.Type, .. fields];
    }
}
