using System.Net.Sockets;
using Nacre.Client;
using Nacre.Config.Values;
using Nacre.Protocol.Keys;

namespace Nacre.Tools.SshKeyscan;

/// <summary>The command line of ssh-keyscan, read and checked.</summary>
internal sealed class KeyscanSettings
{
    private readonly List<string> _files = [];
    private int _verbosity;

    private KeyscanSettings()
    {
    }

    public AddressFamily Family { get; private set; } = AddressFamily.Unspecified;

    public bool WantsCertificates { get; private set; }

    /// <summary>SSHFP records are printed in place of lines for known_hosts.</summary>
    public bool PrintsRecords { get; private set; }

    /// <summary>The hashes of SSHFP records.</summary>
    public IReadOnlyList<byte> RecordHashes { get; private set; } = [SshfpRecord.Sha1, SshfpRecord.Sha256];

    public bool HashesNames { get; private set; }

    public bool IsQuiet { get; private set; }

    public int Port { get; private set; } = SshDestination.DefaultPort;

    public TimeSpan Timeout { get; private set; } = TimeSpan.FromSeconds(5);

    public IReadOnlyList<ScannedType> Types { get; private set; } = ScannedType.All;

    public LogLevel Level => _verbosity == 0 ? LogLevel.Info : (LogLevel)Math.Min((int)LogLevel.Debug1 + _verbosity - 1, (int)LogLevel.Debug3);

    /// <summary>The files of -f, - for standard input.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>The hosts of the command line, which come after those of the files.</summary>
    public IReadOnlyList<string> Hosts { get; private set; } = [];

    /// <exception cref="UsageException">The arguments make no sense.</exception>
    /// <exception cref="FatalException">A value is wrong.</exception>
    public static KeyscanSettings Parse(string[] arguments)
    {
        var settings = new KeyscanSettings();
        var reader = new FlagReader(SshKeyscanFlags.Table, arguments);
        while (reader.TryRead(out FlagUse use)) settings.Take(use);
        settings.Hosts = [.. reader.Rest];
        if (settings.Hosts.Count == 0 && settings.Files.Count == 0) throw new UsageException();
        return settings;
    }

    private void Take(FlagUse use)
    {
        switch (use.Letter)
        {
            case '4': Family = AddressFamily.InterNetwork; break;
            case '6': Family = AddressFamily.InterNetworkV6; break;
            case 'c': WantsCertificates = true; break;
            case 'D': PrintsRecords = true; break;
            case 'f': _files.Add(use.Value); break;
            case 'H': HashesNames = true; break;
            case 'O': TakeOption(use.Value); break;
            case 'p': Port = PortOf(use.Value); break;
            case 'q': IsQuiet = true; break;
            case 'T': Timeout = TimeOf(use.Value); break;
            case 't': Types = TypesOf(use.Value); break;
            case 'v': _verbosity++; break;
        }
    }

    private void TakeOption(string option) => RecordHashes = option switch
    {
        "hashalg=sha1" => [SshfpRecord.Sha1],
        "hashalg=sha256" => [SshfpRecord.Sha256],
        _ when option.StartsWith("hashalg=", StringComparison.Ordinal) => throw new FatalException($"Unsupported hash algorithm \"{option[8..]}\""),
        _ => throw new FatalException($"Unsupported -O option \"{option}\""),
    };

    private static int PortOf(string text) => PortNumber.TryParse(text, out int port) && port > 0 ? port : throw new FatalException($"Bad port '{text}'", status: 1);

    private static TimeSpan TimeOf(string text) =>
        Quantity.TryParseTime(text, out TimeSpan time) && time > TimeSpan.Zero ? time : throw new UsageException($"Bad timeout '{text}'");

    private static ScannedType[] TypesOf(string text)
    {
        var wanted = new HashSet<ScannedType>();
        foreach (string name in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            wanted.Add(ScannedType.Find(name) ?? throw new FatalException($"Unknown key type \"{name}\""));
        }

        return [.. ScannedType.All.Where(wanted.Contains)];
    }
}
