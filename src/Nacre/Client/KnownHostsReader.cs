using System.Text;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>Reads known_hosts files line by line; lines that make no sense name no host.</summary>
internal static class KnownHostsReader
{
    /// <summary>Larger files are refused: they are not what they should be.</summary>
    public const int MaxFileLength = 64 * 1024 * 1024;

    private const int UnknownLength = 4095;

    private const string CertAuthority = "@cert-authority", Revoked = "@revoked";

    /// <summary>Reads a file; one that does not exist has no entries.</summary>
    /// <exception cref="SshException">It exists and cannot be read. To go on would make its hosts unknown ones.</exception>
    public static IReadOnlyList<KnownHostsEntry> ReadFile(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return Read(path, ReadAll(stream));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SshException($"The known hosts in {Printable.Escape(path)} cannot be read: {error.Message}", error);
        }
    }

    public static IReadOnlyList<KnownHostsEntry> Read(string path, ReadOnlyMemory<byte> contents) =>
        [.. Lines(path, contents).Select(line => line.Entry).OfType<KnownHostsEntry>()];

    /// <summary>Every line with its end, and what it says; null for a comment and for what makes no sense.</summary>
    public static IEnumerable<(ReadOnlyMemory<byte> Text, KnownHostsEntry? Entry)> Lines(string path, ReadOnlyMemory<byte> contents)
    {
        for (int number = 1; !contents.IsEmpty; number++)
        {
            int end = contents.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? contents : contents[..(end + 1)];
            contents = contents[line.Length..];
            yield return (line, TryReadLine(path, number, (end < 0 ? line : line[..^1]).Span));
        }
    }

    /// <summary>Reads an open file to its end.</summary>
    /// <exception cref="IOException">It is too large.</exception>
    public static byte[] ReadAll(FileStream stream)
    {
        // A pipe has no length, and a file may grow: what is there counts. One byte more, so that the end is seen.
        byte[] contents = new byte[(stream.CanSeek ? (int)Math.Min(stream.Length, MaxFileLength) : UnknownLength) + 1];
        int length = 0;
        for (int read; (read = stream.Read(contents.AsSpan(length))) > 0;)
        {
            length += read;
            if (length > MaxFileLength) throw new IOException($"it has more than {MaxFileLength} bytes.");
            if (length == contents.Length) Array.Resize(ref contents, 2 * contents.Length);
        }

        return contents.AsSpan(0, length).ToArray();
    }

    private static KnownHostsEntry? TryReadLine(string path, int number, ReadOnlySpan<byte> bytes)
    {
        // A zero byte ends a line for OpenSSH. What follows must not count here if it does not count there.
        int zero = bytes.IndexOf((byte)0);
        ReadOnlySpan<char> line = Encoding.UTF8.GetString(zero < 0 ? bytes : bytes[..zero]).AsSpan().TrimStart(" \t");
        if (line.IsEmpty || line[0] == '#') return null;
        if (!TryReadMarker(ref line, out KnownHostsMarker marker)) return null;
        int end = line.IndexOfAny(' ', '\t');
        if (end < 0) return null;
        string names = line[..end].ToString();
        return PublicKeyLine.TryParse(line[end..], out PublicKeyLine? key) ? new KnownHostsEntry(path, number, marker, names, key.Key) : null;
    }

    /// <summary>Reads the one marker that a line may have; false for an unknown one and for two.</summary>
    public static bool TryReadMarker(ref ReadOnlySpan<char> line, out KnownHostsMarker marker)
    {
        marker = KnownHostsMarker.None;
        if (!line.StartsWith('@')) return true;
        int end = line.IndexOfAny(' ', '\t');
        if (end < 0) return false;
        switch (line[..end])
        {
            case CertAuthority:
                marker = KnownHostsMarker.CertAuthority;
                break;
            case Revoked:
                marker = KnownHostsMarker.Revoked;
                break;
            default:
                return false;
        }

        line = line[end..].TrimStart(" \t");
        return !line.StartsWith('@');
    }
}
