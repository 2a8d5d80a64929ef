namespace Nacre.Signatures;

/// <summary>The options before a key in a list of allowed signers.</summary>
internal sealed record AllowedSignerOptions
{
    /// <summary>True where the key certifies those of the signers, and is nobody's own.</summary>
    public bool IsCertAuthority { get; private init; }

    /// <summary>The patterns of the purposes that the key may sign for, separated by commas; null for every purpose.</summary>
    public string? Namespaces { get; private init; }

    /// <summary>The first second in which the key counts, since 1970; null for always.</summary>
    public long? ValidAfter { get; private init; }

    /// <summary>The last second in which it does; null for ever.</summary>
    public long? ValidBefore { get; private init; }

    /// <summary>Reads options separated by commas; false with the reason, in OpenSSH's words.</summary>
    public static bool TryParse(ReadOnlySpan<char> rest, out AllowedSignerOptions options, out string fault)
    {
        options = new AllowedSignerOptions();
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOfAny('=', ',');
            ReadOnlySpan<char> name = end < 0 ? rest : rest[..end];
            rest = rest[name.Length..];
            if (!TryTake(ref options, name.ToString().ToLowerInvariant(), ref rest, out fault)) return false;
            if (rest.IsEmpty) break;
            fault = rest[0] == ',' ? "unexpected end-of-options" : "unknown key option";
            if (rest[0] != ',' || rest.Length == 1) return false;
            rest = rest[1..];
        }

        fault = "\"valid-before\" time is before \"valid-after\"";
        return !(options.ValidAfter >= options.ValidBefore);
    }

    private static bool TryTake(ref AllowedSignerOptions options, string name, ref ReadOnlySpan<char> rest, out string fault)
    {
        bool hasValue = rest.StartsWith('=');
        fault = "unknown key option";
        switch (name)
        {
            case "": // as with OpenSSH, nothing may stand between two commas
                return !hasValue;
            case "cert-authority":
                options = options with { IsCertAuthority = true };
                return !hasValue;
            case "namespaces" or "valid-after" or "valid-before" when hasValue:
                rest = rest[1..];
                bool isRepeated = name switch { "namespaces" => options.Namespaces is not null, "valid-after" => options.ValidAfter is not null, _ => options.ValidBefore is not null };
                fault = $"multiple \"{name}\" clauses";
                return !isRepeated && QuotedValue.TryTake(ref rest, out string value, out fault) && TryAdd(ref options, name, value, out fault);
            default:
                return false;
        }
    }

    private static bool TryAdd(ref AllowedSignerOptions options, string name, string value, out string fault)
    {
        fault = $"invalid \"{name}\" time";
        if (name == "namespaces")
        {
            options = options with { Namespaces = value };
            return true;
        }

        if (!AbsoluteTime.TryRead(value, out long time) || time <= 0) return false;
        options = name == "valid-after" ? options with { ValidAfter = time } : options with { ValidBefore = time };
        return true;
    }
}
