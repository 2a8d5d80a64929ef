using Nacre.Config.Patterns;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.SshKeygen;

/// <summary>Reads the options of a certificate to sign (-O): what a user's certificate permits without asking, less what was taken back, and what was added.</summary>
internal sealed class CertificateOptionReader
{
    /// <summary>The words for what a user's certificate permits, and the names of its extensions.</summary>
    private static readonly Dictionary<string, string> Permissions = CertificateOption.UserPermissions.ToDictionary(option => option.Name["permit-".Length..].ToLowerInvariant(), option => option.Name);

    private readonly Dictionary<string, CertificateOption> _critical = [], _extensions = [];

    public CertificateOptionReader(CertificateKind kind)
    {
        if (kind != CertificateKind.User) return;
        foreach (CertificateOption option in CertificateOption.UserPermissions) _extensions.Add(option.Name, option);
    }

    public IReadOnlyList<CertificateOption> CriticalOptions => [.. _critical.Values];

    public IReadOnlyList<CertificateOption> Extensions => [.. _extensions.Values];

    /// <summary>Takes one option.</summary>
    /// <exception cref="FatalException">There is none of that name, or it was given twice.</exception>
    public void Take(string option)
    {
        int end = option.IndexOfAny([':', '=']);
        string name = end < 0 ? option : option[..end], value = end < 0 ? "" : option[(end + 1)..];
        char separator = end < 0 ? ' ' : option[end];
        switch (name.ToLowerInvariant(), separator)
        {
            case ("critical", ':'):
                Add(_critical, Arbitrary(value, option), option);
                break;
            case ("extension", ':'):
                Add(_extensions, Arbitrary(value, option), option);
                break;
            case ("force-command" or "source-address", '='):
                AddLimit(name.ToLowerInvariant(), value);
                break;
            case (_, ' ') when TakeFlag(name.ToLowerInvariant()):
                break;
            default:
                throw new FatalException($"Unsupported certificate option \"{Printable.Escape(option)}\"");
        }
    }

    private bool TakeFlag(string flag)
    {
        switch (flag)
        {
            case "clear":
                _extensions.Remove("no-touch-required");
                _critical.Remove("verify-required");
                foreach (CertificateOption option in CertificateOption.UserPermissions) _extensions.Remove(option.Name);
                return true;
            case "touch-required":
                _extensions.Remove("no-touch-required");
                return true;
            case "no-verify-required":
                _critical.Remove("verify-required");
                return true;
            case "no-touch-required":
                _extensions[flag] = CertificateOption.OfFlag(flag);
                return true;
            case "verify-required":
                _critical[flag] = CertificateOption.OfFlag(flag);
                return true;
        }

        if (flag.StartsWith("no-", StringComparison.Ordinal) && Permissions.TryGetValue(flag["no-".Length..], out string? refused)) return _extensions.Remove(refused) || true;
        if (!flag.StartsWith("permit-", StringComparison.Ordinal) || !Permissions.TryGetValue(flag["permit-".Length..], out string? permitted)) return false;
        _extensions[permitted] = CertificateOption.OfFlag(permitted);
        return true;
    }

    private void AddLimit(string name, string value)
    {
        if (value.Length == 0) throw new FatalException($"Empty {name} option");
        if (_critical.ContainsKey(name)) throw new FatalException($"{name} already specified");
        bool isList = name != "source-address" || AddressPattern.TryJudgeNetworks(null, value, out _);
        if (!isList) throw new FatalException($"Invalid source-address list: \"{Printable.Escape(value)}\" is not a list of addresses and networks, such as 192.0.2.1,2001:db8::/32");
        _critical.Add(name, CertificateOption.OfText(name, value));
    }

    private static CertificateOption Arbitrary(string text, string option)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? text : text[..equals];
        if (name.Length == 0) throw new FatalException($"Unsupported certificate option \"{Printable.Escape(option)}\"");
        return equals < 0 ? CertificateOption.OfFlag(name) : CertificateOption.OfText(name, text[(equals + 1)..]);
    }

    // A certificate has each option at most once.
    private static void Add(Dictionary<string, CertificateOption> options, CertificateOption added, string option)
    {
        bool isThere = options.TryGetValue(added.Name, out CertificateOption present);
        if (isThere && !present.Data.Span.SequenceEqual(added.Data.Span)) throw new FatalException($"Certificate option \"{Printable.Escape(option)}\" contradicts another one of that name");
        options[added.Name] = added;
    }
}
