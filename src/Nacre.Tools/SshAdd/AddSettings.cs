using Nacre.Config.Values;
using Nacre.Protocol.Keys;
using Nacre.Tools.SecurityKeys;

namespace Nacre.Tools.SshAdd;

/// <summary>The command line of ssh-add, read and checked.</summary>
internal sealed class AddSettings
{
    private readonly List<char> _actions = [];
    private readonly List<string> _knownHosts = [];
    private readonly List<string> _destinations = [];
    private string? _token;
    private bool _isRemoval;
    private bool _isTest;
    private bool _loadsResident;
    private string? _provider;

    private AddSettings()
    {
    }

    public AgentAction Action { get; private set; }

    /// <summary>The operands: files, or none for those that keys usually have.</summary>
    public IReadOnlyList<string> Files { get; private set; } = [];

    /// <summary>The library of -s and -e.</summary>
    public string Token => _token ?? "";

    /// <summary>The library that speaks to security keys; null for none.</summary>
    public string? SecurityKeyProvider => _provider ?? SecurityKeyProcess.ProviderOfEnvironment;

    public bool IsKeysOnly { get; private set; }

    public bool IsCertificatesOnly { get; private set; }

    public bool MustConfirm { get; private set; }

    /// <summary>How long keys are kept; null for ever.</summary>
    public TimeSpan? Lifetime { get; private set; }

    /// <summary>True when certificates are kept past their end.</summary>
    public bool KeepsExpired { get; private set; }

    public bool AsksPin { get; private set; } = true;

    public bool IsQuiet { get; private set; }

    /// <summary>How many times -v was given.</summary>
    public int Verbosity { get; private set; }

    public FingerprintHash Hash { get; private set; } = FingerprintHash.Sha256;

    /// <summary>The files of -H; none for ssh's own.</summary>
    public IReadOnlyList<string> KnownHosts => _knownHosts;

    /// <summary>The destinations of -h, as they were written.</summary>
    public IReadOnlyList<string> Destinations => _destinations;

    /// <exception cref="UsageException">The arguments make no sense.</exception>
    /// <exception cref="FatalException">A value is wrong.</exception>
    public static AddSettings Parse(string[] arguments)
    {
        var settings = new AddSettings();
        var reader = new FlagReader(SshAddFlags.Table, arguments);
        while (reader.TryRead(out FlagUse use)) settings.Take(use);
        settings.Files = [.. reader.Rest];
        settings.Action = settings.Choose();
        if (settings.Action == AgentAction.Test && settings.Files.Count == 0) throw new FatalException("no keys to test");
        if (settings is { IsKeysOnly: true, IsCertificatesOnly: true }) throw new FatalException("Invalid combination of -C and -k: nothing would be left");
        return settings;
    }

    private void Take(FlagUse use)
    {
        switch (use.Letter)
        {
            case 'C': IsCertificatesOnly = true; break;
            case 'c': MustConfirm = true; break;
            case 'd': _isRemoval = true; break;
            case 'D' or 'Q': _actions.Add(use.Letter); break;
            case 'E': Hash = KeyFingerprint.TryFind(use.Value, out FingerprintHash? hash) ? hash.Value : throw new FatalException($"Invalid hash algorithm \"{use.Value}\""); break;
            case 'e': (_token, _isRemoval) = (use.Value, true); break;
            case 'H': _knownHosts.Add(use.Value); break;
            case 'h': _destinations.Add(use.Value); break;
            case 'k': IsKeysOnly = true; break;
            case 'L' or 'l': TakeOnce(use.Letter, "Ll"); break;
            case 'N': KeepsExpired = true; break;
            case 'P': AsksPin = false; break;
            case 'q': IsQuiet = true; break;
            case 's': _token = use.Value; break;
            case 'T': _isTest = true; break;
            case 't': Lifetime = LifetimeOf(use.Value); break;
            case 'v': Verbosity++; break;
            case 'X' or 'x': TakeOnce(use.Letter, "Xx"); break;
            case 'K': _loadsResident = true; break;
            case 'S': _provider = use.Value; break;
        }
    }

    private void TakeOnce(char letter, string alternatives)
    {
        int earlier = _actions.FindIndex(alternatives.Contains);
        if (earlier >= 0) throw new FatalException($"-{_actions[earlier]} flag already specified");
        _actions.Add(letter);
    }

    private AgentAction Choose()
    {
        char[] actions = [.. _actions.Distinct()];
        if (actions.Length > 1) throw new FatalException("Invalid combination of actions");
        return actions switch
        {
            ['D'] => AgentAction.RemoveAll,
            ['L'] => AgentAction.ListKeys,
            ['l'] => AgentAction.ListFingerprints,
            ['Q'] => AgentAction.ListExtensions,
            ['X'] => AgentAction.Unlock,
            ['x'] => AgentAction.Lock,
            _ when _isTest => AgentAction.Test,
            _ when _loadsResident => AgentAction.AddResident,
            _ when _token is not null => _isRemoval ? AgentAction.RemoveToken : AgentAction.AddToken,
            _ => _isRemoval ? AgentAction.Remove : AgentAction.Add,
        };
    }

    // Zero means for ever.
    private static TimeSpan? LifetimeOf(string text)
    {
        if (!Quantity.TryParseTime(text, out TimeSpan lifetime)) throw new FatalException("Invalid lifetime", 1);
        return lifetime > TimeSpan.Zero ? lifetime : null;
    }
}
