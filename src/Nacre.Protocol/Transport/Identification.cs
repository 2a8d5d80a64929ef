using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>Reads the identification string that a connection starts with (RFC 4253 4.2).</summary>
internal sealed class Identification(bool isClient)
{
    /// <summary>RFC 4253 4.2: "The maximum length of the string is 255 characters, including the Carriage Return and Line Feed."</summary>
    public const int MaxLength = 255;

    /// <summary>How many other lines a server may send before it.</summary>
    public const int MaxLinesBefore = 1024;

    /// <summary>The longest of those lines.</summary>
    public const int MaxLineLength = 8192;

    /// <summary>What a server tells a client that sends something else.</summary>
    public const string InvalidReply = "Invalid SSH identification string.\r\n";

    private const string OurSoftware = "SSH-2.0-Nacre_";

    private int _linesBefore;

    /// <summary>The peer's string without its line end, once it has come.</summary>
    public string? Peer { get; private set; }

    /// <summary>True for the string of a peer that is this implementation, of whatever version.</summary>
    public static bool IsOurs(string identification) => identification.StartsWith(OurSoftware, StringComparison.Ordinal);

    /// <summary>Takes the peer's string, which another process has read.</summary>
    public void Resume(string peer) => Peer = peer;

    /// <summary>Takes lines from the front of what has come, up to and with the identification, and returns the bytes used.</summary>
    public int Read(ReadOnlySpan<byte> inbound)
    {
        int used = 0;
        while (Peer is null)
        {
            ReadOnlySpan<byte> rest = inbound[used..];
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
            bool isIdentification = line.Length >= 4 ? line.StartsWith("SSH-"u8) : !isClient || end < 0;
            if (line.Length > (isIdentification || !isClient ? MaxLength - 1 : MaxLineLength)) throw Bad("is too long");
            if (end < 0) return used;
            used += end + 1;
            if (line.EndsWith("\r"u8)) line = line[..^1];
            if (line.StartsWith("SSH-"u8)) Peer = Check(line);
            else if (!isClient) throw Bad("is not one");
            else if (++_linesBefore > MaxLinesBefore) throw Bad("does not come");
        }

        return used;
    }

    private static string Check(ReadOnlySpan<byte> line)
    {
        if (line.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e)) throw Bad("has characters that it may not have");
        string text = Encoding.ASCII.GetString(line);

        // RFC 4253 5.1: clients "identify" servers of 1.99 as 2.0; a 1.99 from a client is as well understood.
        if (!text.StartsWith("SSH-2.0-", StringComparison.Ordinal) && !text.StartsWith("SSH-1.99-", StringComparison.Ordinal))
        {
            throw new SshViolationException(Violation.VersionNotSupported, $"Protocol major versions differ: 2 vs. {text.Split('-', '.').ElementAtOrDefault(1)}");
        }

        return text;
    }

    private static SshViolationException Bad(string what) => new(Violation.BadIdentification, $"The SSH identification string {what}.");
}
