using System.Text;
using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>What a line of a known_hosts file is.</summary>
internal enum KnownHostsLineKind
{
    /// <summary>A comment, or nothing.</summary>
    Comment,

    /// <summary>Names and a key.</summary>
    Entry,

    /// <summary>Something else.</summary>
    Invalid,
}

/// <summary>A line of a known_hosts file as it stands there, for those who edit the file: the key is not looked into, so that it stays whatever it is.</summary>
/// <param name="Number">The line's number, from 1.</param>
/// <param name="Text">The line without its end.</param>
/// <param name="Kind">What it is; in doubt not an entry, as OpenSSH sees it.</param>
/// <param name="Marker">The marker of an entry.</param>
/// <param name="Names">The names of an entry.</param>
/// <param name="Key">An entry from the key's type on.</param>
internal readonly record struct KnownHostsLine(int Number, ReadOnlyMemory<byte> Text, KnownHostsLineKind Kind, KnownHostsMarker Marker, string Names, string Key)
{
    /// <summary>Also of keys that were once made, and that nobody here can read.</summary>
    private static readonly HashSet<string> KeyTypes = [.. KeyAlgorithm.All.Select(row => row.KeyType), "ssh-dss", "ssh-dss-cert-v01@openssh.com"];

    /// <summary>The lines of a file.</summary>
    public static IEnumerable<KnownHostsLine> Of(ReadOnlyMemory<byte> contents)
    {
        for (int number = 1; !contents.IsEmpty; number++)
        {
            int end = contents.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> text = end < 0 ? contents : contents[..end];
            contents = end < 0 ? default : contents[(end + 1)..];
            yield return Parse(number, text);
        }
    }

    /// <summary>True for an entry that names the host.</summary>
    /// <param name="name">The name in lower case, with the port where it has one.</param>
    public bool IsFor(string name) => Kind == KnownHostsLineKind.Entry && KnownHostName.IsNamed(name, Names);

    private static KnownHostsLine Parse(int number, ReadOnlyMemory<byte> text)
    {
        int zero = text.Span.IndexOf((byte)0);
        ReadOnlySpan<char> line = Encoding.UTF8.GetString(zero < 0 ? text.Span : text.Span[..zero]).AsSpan().TrimStart(" \t");
        if (line.IsEmpty || line[0] == '#') return new(number, text, KnownHostsLineKind.Comment, KnownHostsMarker.None, "", "");
        bool isMarked = KnownHostsReader.TryReadMarker(ref line, out KnownHostsMarker marker);
        ReadOnlySpan<char> names = TakeWord(ref line);
        string key = line.ToString();
        ReadOnlySpan<char> type = TakeWord(ref line);
        bool isEntry = isMarked && KeyTypes.Contains(type.ToString()) && !line.IsEmpty && line[0] != '#';
        return new(number, text, isEntry ? KnownHostsLineKind.Entry : KnownHostsLineKind.Invalid, marker, names.ToString(), key);
    }

    private static ReadOnlySpan<char> TakeWord(ref ReadOnlySpan<char> line)
    {
        int end = line.IndexOfAny(' ', '\t');
        ReadOnlySpan<char> word = end < 0 ? line : line[..end];
        line = line[word.Length..].TrimStart(" \t");
        return word;
    }
}
