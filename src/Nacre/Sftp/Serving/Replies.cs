using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Serving;

/// <summary>Writes the answers of one session; they go out with the next flush.</summary>
internal sealed class Replies(PipeWriter output, ServingLog log)
{
    // The entries of a NAME in the making: how many bytes they have must be known before the first of them is written.
    private readonly ArrayBufferWriter<byte> _entries = new();

    public PipeWriter Output => output;

    public void Ok(uint id) => Status(id, SftpStatusCode.Ok);

    /// <summary>Answers with a code, in the code's own words where there are no better ones.</summary>
    public void Status(uint id, SftpStatusCode code, string text = "")
    {
        log.Write(SftpLogLevel.Debug3, $"request {id}: sent status {(uint)code}");
        if (code is not (SftpStatusCode.Ok or SftpStatusCode.Eof) || log.IsOn(SftpLogLevel.Debug1)) log.Write(SftpLogLevel.Info, $"sent status {Encoding.ASCII.GetString(StatusText.Utf8(code))}");
        var reply = new SftpStatus { Id = id, Code = (uint)code, Message = text.Length == 0 ? StatusText.Utf8(code) : Encoding.UTF8.GetBytes(text) };
        SftpFrames.Write(output, ref reply);
    }

    public void Handle(uint id, ReadOnlySpan<byte> handle, int place)
    {
        log.Write(SftpLogLevel.Debug1, $"request {id}: sent handle handle {place}");
        var reply = new SftpHandle { Id = id, Handle = handle };
        SftpFrames.Write(output, ref reply);
    }

    public void Attributes(uint id, SftpAttributes attributes)
    {
        log.Write(SftpLogLevel.Debug1, $"request {id}: sent attrib have 0x{attributes.Flags:x}");
        var reply = new SftpAttrs { Id = id, Attributes = attributes };
        SftpFrames.Write(output, ref reply);
    }

    /// <summary>Answers with a path alone.</summary>
    public void Path(uint id, string path)
    {
        AddName(new FileEntry(path, path, new SftpAttributes()), int.MaxValue);
        Names(id, 1);
    }

    /// <summary>Adds a name to the next <see cref="Names"/>; false when it has no room there.</summary>
    public bool AddName(FileEntry entry, int limit)
    {
        var record = new SftpNameEntry { FileName = FileNameText.Encode(entry.Name), LongName = FileNameText.Encode(entry.LongName), Attributes = entry.Attributes };
        byte[] encoded = Message.WriteRecord(ref record);
        if (_entries.WrittenCount + encoded.Length > limit) return false;
        _entries.Write(encoded);
        return true;
    }

    /// <summary>Answers with the names that were added.</summary>
    public void Names(uint id, int count)
    {
        log.Write(SftpLogLevel.Debug1, $"request {id}: sent names count {count}");
        var reply = new SftpName { Id = id, Count = (uint)count, Entries = _entries.WrittenSpan };
        SftpFrames.Write(output, ref reply);
        _entries.ResetWrittenCount();
    }

    /// <summary>Answers an extended request with what it is defined to be answered with.</summary>
    public void Extended<T>(uint id, scoped ref T record)
        where T : IRecord<T>, allows ref struct
    {
        var reply = new SftpExtendedReply { Id = id, Contents = Message.WriteRecord(ref record) };
        SftpFrames.Write(output, ref reply);
    }
}
