using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Memory;

/// <summary>A symbolic link in memory.</summary>
internal sealed class MemoryLink(string target, long now) : MemoryNode(0xa000, 0x1ff, now)
{
    public string Target => target;

    public override ulong Size { get; } = (ulong)FileNameText.Encode(target).Length;
}
