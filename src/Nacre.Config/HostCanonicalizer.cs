using System.Net;
using Nacre.Config.Patterns;
using Nacre.Config.Values;

namespace Nacre.Config;

/// <summary>Finds the one name of a host that people call by short names and aliases (CanonicalizeHostname and the keywords around it).</summary>
/// <param name="values">What the first reading of the configuration has set.</param>
/// <param name="lookup">The resolver, or null where names are not to be looked up.</param>
/// <param name="diagnostics">Told what was found.</param>
internal sealed class HostCanonicalizer(ConfigValues values, IHostLookup? lookup, ConfigDiagnostics diagnostics)
{
    private CanonicalizeChoice Choice => values.Get(ClientKeywords.CanonicalizeHostname);

    private bool IsDirect => IsNone(values.Get(ClientKeywords.ProxyCommand)) && IsNone(values.Get(ClientKeywords.ProxyJump));

    private bool IsAllowed => IsDirect || Choice == CanonicalizeChoice.Always;

    /// <summary>The one way of writing a numeric address (127.1 is 127.0.0.1); null for anything else.</summary>
    public static string? NumericForm(string host)
    {
        // A zone keeps the name that it was given by.
        if (host.Contains('%', StringComparison.Ordinal))
            return null;
        bool isV6 = host.Contains(':', StringComparison.Ordinal);
        bool mayBeAddress = isV6
            ? !host.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF:.")
            : host.Length > 0 && char.IsAsciiDigit(host[0]) && !host.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEFxX.");
        return mayBeAddress && IPAddress.TryParse(host, out IPAddress? address) ? address.ToString() : null;
    }

    /// <summary>Replaces a host by its canonical name; false when it must be found and is not, which has then been told.</summary>
    public bool TryCanonicalize(ref string host)
    {
        if (NumericForm(host) is { } address)
        {
            host = address;
            return true;
        }

        bool isFound = false;
        if (Choice != CanonicalizeChoice.No && IsAllowed && !TrySearch(ref host, out isFound))
            return false;
        return isFound || TryFollowAlias(ref host);
    }

    private bool TrySearch(ref string host, out bool isFound)
    {
        isFound = false;
        if (host.EndsWith('.'))
        {
            isFound = TryName(host, host, out string name);
            host = isFound ? name : host;
            return isFound || IsFallbackAllowed(host);
        }

        if (host.AsSpan().Count('.') > values.Get(ClientKeywords.CanonicalizeMaxDots))
            return true;
        foreach (string domain in values.Get(ClientKeywords.CanonicalDomains)!)
        {
            if (TryName($"{host}.{domain}.", host, out string name))
            {
                isFound = true;
                host = name;
                return true;
            }
        }

        return IsFallbackAllowed(host);
    }

    private bool TryName(string complete, string asked, out string name)
    {
        name = complete[..^1];
        if (!TryResolve(complete, out string alias, out _))
            return false;
        if (!TryFollow(ref name, alias))
            diagnostics.Debug($"Canonicalized hostname \"{asked}\" => \"{name}\"");
        return true;
    }

    private bool IsFallbackAllowed(string host)
    {
        if (values.Get(ClientKeywords.CanonicalizeFallbackLocal))
            return true;
        diagnostics.Error($"ssh: Could not resolve host \"{host}\"");
        return false;
    }

    // CanonicalizePermittedCNAMEs counts without CanonicalizeHostname too; then the system's own search finds the name.
    private bool TryFollowAlias(ref string host)
    {
        if (values.Get(ClientKeywords.CanonicalizePermittedCNAMEs) is not { Count: > 0 } || !IsAllowed || lookup is null)
            return true;
        if (TryResolve(host, out string alias, out string error))
        {
            TryFollow(ref host, alias);
            return true;
        }

        if (!IsDirect)
            return true;
        diagnostics.Error($"ssh: Could not resolve hostname {host}: {error}");
        return false;
    }

    private bool TryResolve(string name, out string alias, out string error)
    {
        if (lookup is null)
        {
            alias = error = "";
            return false;
        }

        bool isFound = lookup.TryResolve(name, values.Get(ClientKeywords.AddressFamily), out alias, out error);
        if (!isFound)
            diagnostics.Debug($"ssh: Could not resolve hostname {name}: {error}");
        return isFound;
    }

    private bool TryFollow(ref string name, string alias)
    {
        string target = alias.TrimEnd('.').ToLowerInvariant();
        if (target.Length == 0 || target == name)
            return false;
        foreach (CnameRule rule in values.Get(ClientKeywords.CanonicalizePermittedCNAMEs)!)
        {
            if (!PatternMatcher.MatchesHost(name, rule.Sources) || !PatternMatcher.MatchesHost(target, rule.Targets))
                continue;
            diagnostics.Debug($"Canonicalized DNS aliased hostname \"{name}\" => \"{target}\"");
            name = target;
            return true;
        }

        return false;
    }

    private static bool IsNone(string? text) => text is null || text.Equals("none", StringComparison.OrdinalIgnoreCase);
}
