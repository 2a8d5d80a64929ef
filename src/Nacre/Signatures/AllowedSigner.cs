using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Server;

namespace Nacre.Signatures;

/// <summary>One line of a list of allowed signers: who may sign with which key, for what and when (ssh-keygen(1), ALLOWED SIGNERS).</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Principals">The patterns of the names that the key stands for, separated by commas; null where they have no end.</param>
internal sealed record AllowedSigner(int Line, string? Principals)
{
    /// <summary>Why the line is no good, in OpenSSH's words; null where it is.</summary>
    public string? Fault { get; private init; }

    /// <summary>The key; null where there is a fault.</summary>
    public PublicKey? Key { get; private init; }

    public AllowedSignerOptions Options { get; private init; } = new();

    /// <summary>Reads a line; null where it is empty or a comment.</summary>
    public static AllowedSigner? Read(ReadOnlySpan<char> line, int number)
    {
        ReadOnlySpan<char> rest = line.Trim(" \t\r");
        if (rest.IsEmpty || rest[0] == '#') return null;
        var signer = new AllowedSigner(number, TakePrincipals(ref rest));
        if (signer.Principals is null) return signer with { Fault = "invalid line" };
        rest = rest.TrimStart(" \t");
        if (PublicKeyLine.TryParse(rest, out PublicKeyLine? plain)) return signer with { Key = plain.Key };
        int length = KeyOptions.LengthOf(rest);
        if (length < 0) return signer with { Fault = "invalid options" };
        if (rest[length..].IsEmpty) return signer with { Fault = "missing key" };
        if (!PublicKeyLine.TryParse(rest[length..], out PublicKeyLine? read)) return signer with { Fault = "invalid key" };
        return AllowedSignerOptions.TryParse(rest[..length], out AllowedSignerOptions options, out string fault)
            ? signer with { Key = read.Key, Options = options }
            : signer with { Fault = $"bad options: {fault}" };
    }

    /// <summary>True when the line is about a principal, or nobody can tell whom it is about.</summary>
    public bool IsFor(string principal) => Principals is null || Wildcard.Judge(principal, Principals) > 0;

    private static string? TakePrincipals(ref ReadOnlySpan<char> rest)
    {
        bool isQuoted = rest[0] == '"';
        ReadOnlySpan<char> text = isQuoted ? rest[1..] : rest;
        int end = isQuoted ? text.IndexOf('"') : text.IndexOfAny(' ', '\t');
        if (end < 0 && isQuoted) return null;
        if (end < 0) end = text.Length;
        rest = text[(isQuoted ? end + 1 : end)..];
        return text[..end].ToString();
    }
}
