using System.Globalization;
using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Server;

/// <summary>Reads AuthorizedPrincipalsFile: on each line a name, with options of authorized_keys before it; a certificate with one of the names may log in.</summary>
internal static class AuthorizedPrincipals
{
    /// <summary>The options of the first line with a name that a certificate has, and where that is; null where none has.</summary>
    public static AuthorizedPrincipal? Find(AuthorizedKeysFile file, Certificate certificate, Action<string>? onFault)
    {
        int number = 0;
        ReadOnlySpan<byte> contents = file.Contents.Span;
        foreach (Range range in contents.Split((byte)'\n'))
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{file.Name}:{++number}");
            ReadOnlySpan<byte> bytes = contents[range];
            if (bytes.Length > AuthorizedKeys.MaxLine) continue;
            if (Read(Encoding.UTF8.GetString(bytes), certificate, place, onFault) is { } options) return new AuthorizedPrincipal(place, options);
        }

        return null;
    }

    private static KeyOptions? Read(ReadOnlySpan<char> line, Certificate certificate, string place, Action<string>? onFault)
    {
        int comment = line.IndexOf('#');
        line = (comment < 0 ? line : line[..comment]).Trim(" \t\r");
        if (line.IsEmpty || line.Contains('\0')) return null;
        int space = line.LastIndexOfAny(' ', '\t');
        if (!certificate.Principals.Contains(line[(space + 1)..].ToString())) return null;
        if (space < 0) return KeyOptions.None;
        string fault = "unknown key option";
        bool isWhole = line[..space].TrimEnd(" \t").Length == KeyOptions.LengthOf(line);
        KeyOptions? options = isWhole ? KeyOptions.Parse(line, out fault) : null;
        if (options is null) onFault?.Invoke($"{place}: bad principals options: {Printable.Escape(fault)}");
        return options;
    }
}

/// <summary>A line of a list of principals that a certificate meets.</summary>
/// <param name="Place">The list's name and the line's number.</param>
/// <param name="Options">What stands before the name.</param>
internal sealed record AuthorizedPrincipal(string Place, KeyOptions Options);
