using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Requests;

/// <summary>Reads the replies of a server, each as what its request asked for.</summary>
internal static class Replies
{
    /// <summary>No names: the end of a directory.</summary>
    public static readonly List<FileEntry> NoMore = [];

    /// <summary>A status that says OK.</summary>
    public static bool Done(SftpMessageType type, ReadOnlySpan<byte> fields, string? path)
    {
        if (type != SftpMessageType.Status) throw Wrong(type, path);
        SftpStatus status = Message.ReadRecord<SftpStatus>(fields);
        return status.Code == (uint)SftpStatusCode.Ok ? true : throw Failure(status, path);
    }

    /// <summary>Whether a reply is a status that says OK.</summary>
    public static bool IsOk(SftpMessageType type, ReadOnlySpan<byte> fields) =>
        type == SftpMessageType.Status && Message.ReadRecord<SftpStatus>(fields).Code == (uint)SftpStatusCode.Ok;

    /// <summary>A handle.</summary>
    public static byte[] Handle(SftpMessageType type, ReadOnlySpan<byte> fields, string? path)
    {
        Expect(SftpMessageType.Handle, type, fields, path);
        return Message.ReadRecord<SftpHandle>(fields).Handle.ToArray();
    }

    /// <summary>The attributes of a file.</summary>
    public static SftpAttributes Attributes(SftpMessageType type, ReadOnlySpan<byte> fields, string? path)
    {
        Expect(SftpMessageType.Attrs, type, fields, path);
        return Message.ReadRecord<SftpAttrs>(fields).Attributes!;
    }

    /// <summary>The one name that the answer to REALPATH and READLINK has.</summary>
    public static string Name(SftpMessageType type, ReadOnlySpan<byte> fields, string? path)
    {
        Expect(SftpMessageType.Name, type, fields, path);
        List<FileEntry> names = Entries(fields);
        return names.Count > 0 ? names[0].Name : throw Wrong(type, path);
    }

    /// <summary>Names of a directory; <see cref="NoMore"/> at its end.</summary>
    public static List<FileEntry> Names(SftpMessageType type, ReadOnlySpan<byte> fields, string? path)
    {
        if (type == SftpMessageType.Status && Message.ReadRecord<SftpStatus>(fields).Code == (uint)SftpStatusCode.Eof) return NoMore;
        Expect(SftpMessageType.Name, type, fields, path);

        // P-SFTP-5: a reply without names could come for ever, so it is the end too.
        List<FileEntry> names = Entries(fields);
        return names.Count > 0 ? names : NoMore;
    }

    /// <summary>What an extension answers.</summary>
    public static byte[] Contents(SftpMessageType type, ReadOnlySpan<byte> fields, string? path)
    {
        Expect(SftpMessageType.ExtendedReply, type, fields, path);
        return Message.ReadRecord<SftpExtendedReply>(fields).Contents.ToArray();
    }

    /// <summary>The error that a reply is which should have been of another type.</summary>
    public static SftpException Error(SftpMessageType type, ReadOnlySpan<byte> fields, string? path) =>
        type == SftpMessageType.Status ? Failure(Message.ReadRecord<SftpStatus>(fields), path) : Wrong(type, path);

    // The code decides the words where it is a known one, as with OpenSSH; the server's text is for the rest.
    private static SftpException Failure(SftpStatus status, string? path)
    {
        var code = (SftpStatusCode)status.Code;
        if (code == SftpStatusCode.Ok) return Wrong(SftpMessageType.Status, path);
        string said = Printable.Escape(status.Message);
        return new SftpException(code, code == SftpStatusCode.Failure ? said : "", path) { ServerMessage = said };
    }

    private static SftpException Wrong(SftpMessageType type, string? path) =>
        new(SftpStatusCode.BadMessage, $"The server answered a request with a message that is no answer to it: {type}.", path);

    private static void Expect(SftpMessageType wanted, SftpMessageType type, ReadOnlySpan<byte> fields, string? path)
    {
        if (type != wanted) throw Error(type, fields, path);
    }

    private static List<FileEntry> Entries(ReadOnlySpan<byte> fields)
    {
        SftpName name = Message.ReadRecord<SftpName>(fields);
        var entries = new List<FileEntry>();
        var reader = new FieldReader(name.Entries);
        for (uint i = 0; i < name.Count; i++)
        {
            var entry = default(SftpNameEntry);
            SftpNameEntry.Fields(ref reader, ref entry);
            entries.Add(new FileEntry(FileNameText.Decode(entry.FileName), FileNameText.Decode(entry.LongName), entry.Attributes!));
        }

        return entries;
    }
}
