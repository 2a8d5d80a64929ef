using Nacre.Config.Values;
using Nacre.Protocol.Keys;

namespace Nacre.Tools.SshAgent;

/// <summary>The command line of ssh-agent, read and checked.</summary>
internal sealed class AgentSettings
{
    private bool? _isForCShell;

    private AgentSettings()
    {
    }

    /// <summary>The path of the socket; null for one of the agent's choice.</summary>
    public string? SocketPath { get; private set; }

    public bool IsInTemporaryDirectory { get; private set; }

    public bool LeavesStaleSockets { get; private set; }

    /// <summary>How often -u was given: once for this host's sockets, twice for all.</summary>
    public int Cleanings { get; private set; }

    public bool Kills { get; private set; }

    public bool IsVersion { get; private set; }

    public bool IsInForeground { get; private set; }

    public bool IsDebugging { get; private set; }

    public bool IsForCShell { get; private set; }

    public TimeSpan? Lifetime { get; private set; }

    public FingerprintHash Hash { get; private set; } = FingerprintHash.Sha256;

    public bool AllowsRemoteProviders { get; private set; }

    /// <summary>Patterns for the applications whose keys, which security keys keep, may sign anything.</summary>
    public string SafeApplications { get; private set; } = "ssh:*";

    public string? AllowedProviders { get; private set; }

    /// <summary>The command to run with the agent, and its arguments; empty for none.</summary>
    public IReadOnlyList<string> Command { get; private set; } = [];

    /// <exception cref="UsageException">The arguments make no sense.</exception>
    /// <exception cref="FatalException">A value is wrong.</exception>
    public static AgentSettings Parse(string[] arguments, string? shell)
    {
        var settings = new AgentSettings();
        var reader = new FlagReader(SshAgentFlags.Table, arguments);
        while (reader.TryRead(out FlagUse use)) settings.Take(use);
        settings.Command = [.. reader.Rest];
        bool isPlain = settings is { _isForCShell: null, Kills: false, IsInForeground: false };
        if (settings.Command.Count > 0 && !isPlain) throw new UsageException();
        settings.IsForCShell = settings._isForCShell ?? shell is { Length: > 2 } && shell.EndsWith("csh", StringComparison.Ordinal);
        return settings;
    }

    private void Take(FlagUse use)
    {
        switch (use.Letter)
        {
            case 'a': SocketPath = use.Value; break;
            case 'c' or 's': TakeShell(isForCShell: use.Letter == 'c'); break;
            case 'D' or 'd': TakeForeground(isDebugging: use.Letter == 'd'); break;
            case 'E': Hash = KeyFingerprint.TryFind(use.Value, out FingerprintHash? hash) ? hash.Value : throw new FatalException($"Invalid hash algorithm \"{use.Value}\""); break;
            case 'k': Kills = true; break;
            case 'O': TakeOption(use.Value); break;
            case 'P': AllowedProviders = AllowedProviders is null ? use.Value : throw new FatalException("-P option already specified"); break;
            case 'T': IsInTemporaryDirectory = true; break;
            case 't': Lifetime = TimeOf(use.Value); break;
            case 'U': LeavesStaleSockets = true; break;
            case 'u': Cleanings++; break;
            case 'V': IsVersion = true; break;
        }
    }

    private void TakeShell(bool isForCShell)
    {
        if (_isForCShell == !isForCShell) throw new UsageException();
        _isForCShell = isForCShell;
    }

    private void TakeForeground(bool isDebugging)
    {
        if (IsInForeground) throw new UsageException();
        (IsInForeground, IsDebugging) = (true, isDebugging);
    }

    private void TakeOption(string option)
    {
        const string list = "websafe-allow=";
        if (option == "allow-remote-pkcs11") AllowsRemoteProviders = true;
        else if (option == "no-restrict-websafe") SafeApplications = "*";
        else if (option.StartsWith(list, StringComparison.Ordinal)) SafeApplications = option[list.Length..];
        else throw new FatalException($"Unknown -O option \"{option}\"; there are allow-remote-pkcs11, no-restrict-websafe and websafe-allow=patterns");
    }

    // As in OpenSSH, no time at all is no limit.
    private static TimeSpan? TimeOf(string text)
    {
        if (!Quantity.TryParseTime(text, out TimeSpan time)) throw new UsageException("Invalid lifetime");
        return time > TimeSpan.Zero ? time : null;
    }
}
