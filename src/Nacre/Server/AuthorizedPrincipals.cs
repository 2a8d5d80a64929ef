using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;

namespace Nacre.Server;

/// <summary>Reads AuthorizedPrincipalsFile: on each line a name, with options of authorized_keys before it; a certificate with one of the names may log in.</summary>
internal static class AuthorizedPrincipals
{
    /// <summary>What the first line that a certificate meets permits; null where it meets none.</summary>
    public static LoginPermissions? Find(ReadOnlyMemory<byte> contents, Certificate certificate, KeyUse use, Action<string>? log)
    {
        foreach (Range range in contents.Span.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> bytes = contents.Span[range];
            if (bytes.Length > AuthorizedKeys.MaxLine) continue;
            if (Judge(Encoding.UTF8.GetString(bytes), certificate, use, log) is { } permissions) return permissions;
        }

        return null;
    }

    private static LoginPermissions? Judge(ReadOnlySpan<char> line, Certificate certificate, KeyUse use, Action<string>? log)
    {
        int comment = line.IndexOf('#');
        line = (comment < 0 ? line : line[..comment]).Trim(" \t\r");
        if (line.IsEmpty || line.Contains('\0')) return null;
        int space = line.LastIndexOfAny(' ', '\t');
        string name = line[(space + 1)..].ToString();
        if (!certificate.Principals.Contains(name)) return null;
        if (space < 0) return LoginPermissions.Everything;
        ReadOnlySpan<char> text = line[..space].TrimEnd(" \t");
        if (!KeyOptions.TryTake(ref text, out KeyOptions options) || !text.IsEmpty)
        {
            log?.Invoke($"bad principals options: {Protocol.Wire.Printable.Escape(line.ToString())}");
            return null;
        }

        string fault = "cert-authority and principals are no options of a principal";
        LoginPermissions? permissions = options.IsForAuthority ? null : options.Permit(use, out fault);
        if (permissions is null) log?.Invoke(fault);
        return permissions;
    }
}
