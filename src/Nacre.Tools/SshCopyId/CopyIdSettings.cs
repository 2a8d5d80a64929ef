using Nacre.Config;
using Nacre.Config.Values;

namespace Nacre.Tools.SshCopyId;

/// <summary>The command line of ssh-copy-id, read and checked.</summary>
internal sealed class CopyIdSettings
{
    /// <summary>Where keys go, from the home directory.</summary>
    private const string UsualTarget = ".ssh/authorized_keys";

    private readonly List<string> _shown = [];

    private CopyIdSettings()
    {
    }

    /// <summary>What the configuration of ssh is asked with.</summary>
    public CommandLineOptions Options { get; } = new();

    public Destination Destination { get; private set; } = null!;

    public string? ConfigFile { get; private set; }

    /// <summary>The value of -i; empty for -i alone, null without it.</summary>
    public string? IdentityFile { get; private set; }

    public bool IsForced { get; private set; }

    public bool IsDryRun { get; private set; }

    public bool UsesSftp { get; private set; }

    public bool IsDebugging { get; private set; }

    public string Target { get; private set; } = UsualTarget;

    public string? Port { get; private set; }

    /// <summary>The options and the destination, quoted as a shell takes them.</summary>
    public string Shown => string.Join(' ', _shown);

    /// <exception cref="UsageException">The arguments make no sense.</exception>
    /// <exception cref="FatalException">A value is wrong.</exception>
    public static CopyIdSettings Parse(string[] arguments)
    {
        var settings = new CopyIdSettings();
        var reader = new FlagReader(SshCopyIdFlags.Table, WithFileOfI(arguments));
        while (reader.TryRead(out FlagUse use)) settings.Take(use);
        string[] rest = [.. reader.Rest];
        if (rest.Length == 0) throw new UsageException();
        if (rest.Length > 1) throw new UsageException($"ssh-copy-id: ERROR: Too many arguments.  Expecting a target hostname, got: {string.Join(' ', rest)}");
        settings.SetDestination(rest[0]);
        return settings;
    }

    // The file of -i may be left out where only the host follows, or another flag.
    private static List<string> WithFileOfI(string[] arguments)
    {
        var words = new List<string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            words.Add(arguments[i]);
            if (arguments[i] == "-i" && (i + 2 >= arguments.Length || arguments[i + 1].StartsWith('-'))) words.Add("");
        }

        return words;
    }

    private void SetDestination(string text)
    {
        if (!Destination.TryParse(text, out Destination? destination, out string error, "ssh")) throw new FatalException(error);
        Destination = destination!;
        if (destination!.User is { } user) Options.Set(ClientKeywords.User, user);
        if (destination.Port is { } port) Options.Set(ClientKeywords.Port, port);
        _shown.Add(Quoted(text));
    }

    private void Take(FlagUse use)
    {
        switch (use.Letter)
        {
            case 'f': IsForced = true; break;
            case 'n': IsDryRun = true; break;
            case 's': UsesSftp = true; break;
            case 'x': IsDebugging = true; break;
            case 't': Target = TargetOf(use.Value); break;
            case 'i':
                if (IdentityFile is not null) throw new UsageException("ssh-copy-id: ERROR: -i option must not be specified more than once");
                IdentityFile = use.Value;
                break;
            case 'F':
                ConfigFile = use.Value;
                _shown.Add($"-F {Quoted(use.Value)}");
                break;
            case 'o':
                Options.Add(use.Value);
                _shown.Add($"-o {Quoted(use.Value)}");
                break;
            case 'p':
                Options.Set(ClientKeywords.Port, PortNumber.TryParse(use.Value, out int port) && port > 0 ? port : throw new FatalException($"Bad port '{use.Value}'"));
                Port = use.Value;
                break;
            default: throw new UsageException();
        }
    }

    // A-27: the path stands in double quotes in a command for the shell at the server.
    private static string TargetOf(string path) => path.Length > 0 && !path.AsSpan().ContainsAny("\"'`$\\!\r\n") && !path.Any(char.IsControl)
        ? path
        : throw new FatalException($"ssh-copy-id: ERROR: the target path '{path}' has characters that a shell would act on", status: 1);

    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
