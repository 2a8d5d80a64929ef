using System.Globalization;
using Nacre.Config.Files;
using Nacre.Config.Patterns;
using Nacre.Config.Values;

namespace Nacre.Config.Shapes;

/// <summary>The lists that keywords of both kinds of configuration take.</summary>
internal static class Lists
{
    /// <summary>OpenSSH's limit on identity files.</summary>
    public const int MaxIdentityFiles = 100;

    private const int MaxHostFiles = 32;
    private const int MaxForwards = 1000;
    private const int MaxDomains = 32;

    /// <summary>Files on one line; the first line wins.</summary>
    public static ListShape<string> Files(bool noneStandsAlone) => new("file ...", ReadNonEmpty, static s => s)
    {
        IsPrintedOnOneLine = true,
        Most = MaxHostFiles,
        NoneStandsAlone = noneStandsAlone,
        MayBeEmpty = true,
        ExpandItem = ExpandText,
        Insert = InsertAll,
    };

    /// <summary>One file a line, each new one added.</summary>
    public static ListShape<string> IdentityFiles => new("file", ReadNonEmpty, static s => s)
    {
        Grows = true,
        IsOnePerLine = true,
        Most = MaxIdentityFiles,
        TooMany = $"Too many identity files specified (max {MaxIdentityFiles}).",
        ExpandItem = ExpandText,
    };

    /// <summary>Certificates, one file a line, each new one added.</summary>
    public static ListShape<string> CertificateFiles => new("file | none", ReadNonEmpty, static s => s)
    {
        Grows = true,
        IsOnePerLine = true,
        Most = MaxIdentityFiles,
        TooMany = $"Too many certificate files specified (max {MaxIdentityFiles}).",
        ExpandItem = ExpandText,
    };

    /// <summary>Files of which "none" is an empty list.</summary>
    public static ListShape<string> FilesOrNone => new("file ... | none", ReadNonEmpty, static s => s)
    { IsPrintedOnOneLine = true, Most = MaxHostFiles, NoneIsEmpty = true, MayBeEmpty = true, ExpandItem = ExpandText, Insert = InsertAll };

    /// <summary>Words of which "none" is an empty list.</summary>
    public static ListShape<string> WordsOrNone(string syntax) => new(syntax, ReadNonEmpty, static s => s)
    { IsPrintedOnOneLine = true, NoneIsEmpty = true, MayBeEmpty = true, Insert = InsertAll };

    /// <summary>Places in a server's program.</summary>
    public static ListShape<string> LogPlaces => new("file:function:line ... | none", ReadNonEmpty, static s => s)
    { IsPrintedOnOneLine = true, NoneIsEmpty = true, HidesNone = true, Missing = "no {0} specified", Insert = InsertAll };

    /// <summary>A server's files of revoked keys.</summary>
    public static ListShape<string> RevokedFiles => new("file ... | none", static (ArgumentReader a, string word, out string? item) =>
    {
        item = null;
        return word.Length == 0 ? a.Fail("missing file name.") : ServerPath.TryResolve(a, word, out item);
    }, static s => s)
    { IsPrintedOnOneLine = true, NoneIsEmpty = true, HidesNone = true, Missing = "missing file name.", Insert = InsertAll };

    /// <summary>Domains that a short host name may be in.</summary>
    public static ListShape<string> Domains => new("domain ... | none", ReadDomain, static s => s)
    { IsPrintedOnOneLine = true, Most = MaxDomains, NoneIsEmpty = true, MayBeEmpty = true, Insert = InsertAll };

    /// <summary>Aliases that may be followed.</summary>
    public static ListShape<CnameRule> CnameRules => new("source,...:target,... ... | * | none", static (ArgumentReader a, string word, out CnameRule item) =>
    {
        string rule = word == "*" ? "*:*" : word.ToLowerInvariant();
        int colon = rule.IndexOf(':', StringComparison.Ordinal);
        item = colon < 0 ? default : new CnameRule(rule[..colon], rule[(colon + 1)..]);
        return (colon >= 0 && colon + 1 < rule.Length) || a.Fail($"Invalid permitted CNAME \"{rule}\"");
    }, static rule => $"{rule.Sources}:{rule.Targets}")
    { IsPrintedOnOneLine = true, Most = MaxDomains, NoneIsEmpty = true, MayBeEmpty = true, Insert = InsertAll };

    /// <summary>How long channels may be idle.</summary>
    public static ListShape<ChannelTimeout> ChannelTimeouts => new("type=time ... | none", static (ArgumentReader a, string word, out ChannelTimeout item) =>
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        TimeSpan timeout = default;
        bool isGood = equals > 0 && Quantity.TryParseTime(word.AsSpan(equals + 1), out timeout);
        item = isGood ? new ChannelTimeout(word[..equals], timeout, word) : default;
        return isGood || a.Fail($"invalid channel timeout {word}");
    }, static limit => limit.Text)
    { IsPrintedOnOneLine = true, NoneIsEmpty = true, Insert = InsertAll };

    /// <summary>Server files, made absolute.</summary>
    public static ListShape<string> ServerFiles => new("file", static (ArgumentReader a, string word, out string? item) =>
    {
        item = null;
        return word.Length == 0 ? a.Fail("missing file name.") : ServerPath.TryResolve(a, word, out item);
    }, static s => s)
    { Grows = true, IsOnePerLine = true, Most = 256, Missing = "missing file name." };

    /// <summary>Names of variables to send; one with - in front takes matching earlier names away.</summary>
    public static ListShape<string> SentVariables => new("[-]pattern ...", ReadVariablePattern, static s => s)
    {
        Grows = true,
        MayBeEmpty = true,
        Insert = static (items, item) =>
        {
            if (item.StartsWith('-'))
                items.RemoveAll(earlier => PatternMatcher.Matches(earlier, item.AsSpan(1)));
            else if (!items.Contains(item))
                items.Add(item);
            return null;
        },
    };

    /// <summary>Names of variables to accept.</summary>
    public static ListShape<string> AcceptedVariables => new("pattern ...", ReadVariablePattern, static s => s)
    { Grows = true, MayBeEmpty = true, Insert = InsertAll };

    /// <summary>Variables to set; of two values for one name the first stays.</summary>
    public static ListShape<EnvironmentSetting> Settings => new("NAME=value ...", ReadSetting, static s => $"{s.Name}={s.Value}")
    {
        MayBeEmpty = true,
        ExpandItem = static (setting, expand, rules) => setting with { Value = expand(setting.Value, rules) },
        Insert = static (items, item) =>
        {
            if (!items.Exists(earlier => earlier.Name == item.Name))
                items.Add(item);
            return null;
        },
    };

    /// <summary>Patterns of user or group names, the former perhaps with @host.</summary>
    public static ListShape<string> Names(bool areUsers) => new("pattern ...", (ArgumentReader a, string word, out string? item) =>
    {
        item = word;
        if (word.Length == 0)
            return a.Fail($"empty {a.Keyword} pattern");
        int at = areUsers ? word.IndexOf('@', StringComparison.Ordinal) : -1;
        if (at >= 0 && !AddressPattern.TryJudge(null, word[(at + 1)..], out _))
            return a.Fail($"invalid {a.Keyword} pattern: \"{word}\"");
        return true;
    }, static s => s)
    { Grows = true, Insert = InsertAll };

    /// <summary>A forwarding, in two words.</summary>
    public static ListShape<Forward> Forwards(bool isRemote) => new(isRemote ? "[host:]port [host:port | path]" : "[host:]port host:port | path",
        (ArgumentReader a, string word, out Forward? item) =>
        {
            item = null;
            string? target = a.Next();
            if (word.Length == 0)
                return a.Fail("Missing argument.");
            if (target is null && !isRemote)
                return a.Fail("Missing target argument.");
            bool isGood = isRemote
                ? Forward.TryParseRemote(target is null ? word : $"{word}:{target}", out item)
                : Forward.TryParseLocal($"{word}:{target}", out item);
            // In one word there can be a listener alone, or a listener and a socket's path.
            isGood = isGood && (target is null ? item!.Connect is null or { Path: not null } : item!.Connect is not null);
            return isGood || a.Fail("Bad forwarding specification.");
        }, static f => f.ToString())
    {
        Grows = true,
        IsOnePerLine = true,
        Most = MaxForwards,
        ExpandItem = static (f, expand, rules) =>
            new Forward(ExpandPath(f.Listen, expand, rules)!, ExpandPath(f.Connect, expand, rules)),
    };

    /// <summary>A place to listen for SOCKS.</summary>
    public static ListShape<Forward> DynamicForwards => new("[host:]port | path", static (ArgumentReader a, string word, out Forward? item) =>
    {
        item = null;
        if (word.Length == 0)
            return a.Fail("Missing argument.");
        return Forward.TryParseDynamic(word, out item) || a.Fail("Bad forwarding specification.");
    }, static f => f.Listen.ToString())
    { Grows = true, IsOnePerLine = true, Most = MaxForwards, ExpandItem = static (f, expand, rules) => f with { Listen = ExpandPath(f.Listen, expand, rules)! } };

    /// <summary>Ports of a server, one a line.</summary>
    public static ListShape<int> Ports => new("port", static (ArgumentReader a, string word, out int item) =>
        (PortNumber.TryParse(word, out item) && item > 0) || a.Fail("Badly formatted port number."),
        static port => port.ToString(CultureInfo.InvariantCulture))
    { Grows = true, IsOnePerLine = true, Most = 256, TooMany = "too many ports.", Missing = "missing port number.", Insert = InsertAll };

    /// <summary>Addresses of a server, one a line.</summary>
    public static ListShape<ListenAddress> Addresses => new("host | host:port | [host]:port [rdomain name]", ReadAddress, static l => l.ToString())
    {
        WriteItem = static l => ConfigLine.Quote((l with { RDomain = null }).ToString()) + (l.RDomain is null ? "" : $" rdomain {ConfigLine.Quote(l.RDomain)}"),
        Grows = true,
        IsOnePerLine = true,
        Missing = "missing address",
        Insert = InsertAll,
    };

    /// <summary>A subsystem's name and its command; of two commands for one name the first stays.</summary>
    public static ListShape<SubsystemCommand> Subsystems => new("name command", static (ArgumentReader a, string word, out SubsystemCommand? item) =>
    {
        if (word.Length == 0)
        {
            item = null;
            return a.Fail($"{a.Keyword} missing argument.");
        }

        string command = string.Join(' ', a.TakeRest());
        item = new SubsystemCommand(word, command);
        return command.Length > 0 || a.Fail("Missing subsystem command.");
    }, static s => $"{s.Name} {s.Command}")
    {
        Grows = true,
        IsOnePerLine = true,
        Most = 256,
        TooMany = "too many subsystems defined.",
        Missing = "{0} missing argument.",
        WriteItem = static s => $"{ConfigLine.Quote(s.Name)} {ConfigLine.Quote(s.Command)}",
        Insert = static (items, item) =>
        {
            if (!items.Exists(earlier => earlier.Name == item.Name))
                items.Add(item);
            return null;
        },
    };

    /// <summary>Lists of methods that together log a user in; nothing means that any one method does.</summary>
    public static ListShape<string> AuthenticationMethods => new("method[,method...] ... | any", ReadMethods, static s => s)
    {
        IsPrintedOnOneLine = true,
        Missing = "no AuthenticationMethods specified",
        Insert = InsertAll,
    };

    private static string? InsertAll<T>(List<T> items, T item)
    {
        items.Add(item);
        return null;
    }

    private static string ExpandText(string text, Func<string, TokenRules, string> expand, TokenRules rules) =>
        text == "none" ? text : expand(text, rules);

    private static ForwardEnd? ExpandPath(ForwardEnd? end, Func<string, TokenRules, string> expand, TokenRules rules) =>
        end?.Path is { } path ? end with { Path = expand(path, rules) } : end;

    private static bool ReadNonEmpty(ArgumentReader arguments, string word, out string? item)
    {
        item = word;
        return word.Length > 0 || arguments.Fail(
            arguments.Keyword.Equals("identityfile", StringComparison.OrdinalIgnoreCase) ? "Missing argument." : $"keyword {arguments.Keyword} empty argument");
    }

    private static bool ReadDomain(ArgumentReader arguments, string word, out string? item)
    {
        item = word.EndsWith('.') ? word[..^1].ToLowerInvariant() : word.ToLowerInvariant();
        if (word.Length == 0)
            return arguments.Fail($"keyword {arguments.Keyword} empty argument");
        string? fault = !char.IsAsciiLetterOrDigit(word[0]) ? "starts with invalid character"
            : word.Contains("..", StringComparison.Ordinal) ? "contains consecutive separators"
            : word.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')) ? "contains invalid characters"
            : null;
        return fault is null || arguments.Fail($"domain name \"{word}\" {fault}");
    }

    private static bool ReadVariablePattern(ArgumentReader arguments, string word, out string? item)
    {
        item = word;
        return (word.Length > 0 && !word.Contains('=', StringComparison.Ordinal)) || arguments.Fail("Invalid environment name.");
    }

    private static bool ReadSetting(ArgumentReader arguments, string word, out EnvironmentSetting item)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        item = equals < 0 ? default : new EnvironmentSetting(word[..equals], word[(equals + 1)..]);
        return equals >= 0 || arguments.Fail(arguments.Role == ConfigRole.Client ? "Invalid SetEnv." : "Invalid environment.");
    }

    private static bool ReadAddress(ArgumentReader arguments, string word, out ListenAddress? item)
    {
        item = null;
        if (word.Length == 0)
            return arguments.Fail("bad ListenAddress syntax");
        if (AddressPattern.TryParseAddress(word, out _))
            return TryReadDomain(arguments, new ListenAddress(word, null), out item);

        int port = 0;
        if (!HostAndPort.TrySplit(word, out string host, out string? portText) || host.Length == 0)
            return arguments.Fail("bad address:port usage");
        if (portText is not null && (!PortNumber.TryParse(portText, out port) || port == 0))
            return arguments.Fail("bad port number");
        return TryReadDomain(arguments, new ListenAddress(host, portText is null ? null : port), out item);
    }

    // The name of a network device of Linux, which is what a routing domain is there.
    private static bool TryReadDomain(ArgumentReader arguments, ListenAddress address, out ListenAddress? item)
    {
        const int longest = 15;
        item = address;
        if (arguments.Next() is not { } word)
            return true;
        if (word != "rdomain" || arguments.Next() is not { } domain)
            return arguments.Fail("bad ListenAddress syntax");
        item = address with { RDomain = domain };
        return domain.Length is > 0 and <= longest || arguments.Fail("bad routing domain");
    }

    private static bool ReadMethods(ArgumentReader arguments, string word, out string? item)
    {
        item = word;
        if (word == "any")
            return arguments.IsOnlyOne || arguments.Fail($"\"any\" must appear alone in {arguments.Keyword}");

        foreach (string method in word.Split(','))
        {
            string name = method.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? method[..colon] : method;
            if (name is not ("publickey" or "password" or "keyboard-interactive" or "hostbased" or "gssapi-with-mic" or "none"))
            {
                arguments.FailAlone($"Unknown authentication method \"{name}\" in list");
                return arguments.Fail($"invalid {arguments.Keyword} method list.");
            }
        }

        return true;
    }
}
