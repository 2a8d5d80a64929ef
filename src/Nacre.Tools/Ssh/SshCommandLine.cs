using Nacre.Config;
using Nacre.Config.Shapes;
using Nacre.Config.Values;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>What the command line of ssh says, as keywords of the configuration where there is one.</summary>
internal sealed class SshCommandLine
{
    private SshCommandLine()
    {
    }

    public CommandLineOptions Options { get; } = new();

    public string? Query { get; private set; }

    public bool IsVersion { get; private set; }

    public bool IsDump { get; private set; }

    public Destination? Destination { get; private set; }

    /// <summary>The command as one line; empty for none.</summary>
    public string Command { get; private set; } = "";

    public bool IsSubsystem { get; private set; }

    public string? ConfigFile { get; private set; }

    public string? LogFile { get; private set; }

    /// <summary>What -v and -q ask for; null leaves it to LogLevel.</summary>
    public LogLevel? Level { get; private set; }

    private int _terminalFlags;
    private bool _noTerminal;
    private bool _namesProxy;
    private bool _namesJump;

    /// <summary>Reads the arguments; flags may stand before and behind the destination.</summary>
    /// <exception cref="UsageException">They make no sense.</exception>
    public static SshCommandLine Parse(string[] arguments)
    {
        var line = new SshCommandLine();
        int position = 0;
        while (true)
        {
            var reader = new FlagReader(SshFlags.Table, arguments, position);
            while (reader.TryRead(out FlagUse use)) line.Take(use);
            position = reader.Position;
            if (line.Destination is not null || position == arguments.Length) break;
            line.SetDestination(arguments[position++]);
            if (reader.WasEnded) break;
        }

        line.Command = line.Options.Command = string.Join(' ', arguments.Skip(position));
        if (line.Destination is null && line.Query is null && !line.IsVersion) throw new UsageException("");
        if (line.IsSubsystem && line.Command.Length == 0) throw new UsageException("You must specify a subsystem to invoke.");
        if (line.Level is { } level) line.Options.SetForGood(ClientKeywords.LogLevel, level);
        line.SetTerminal();
        return line;
    }

    private void SetDestination(string text)
    {
        if (!Destination.TryParse(text, out Destination? destination, out string error, "ssh")) throw new FatalException(error);
        Destination = destination!;
        if (destination!.User is { } user) Options.Set(ClientKeywords.User, user);
        if (destination.Port is { } port) Options.Set(ClientKeywords.Port, port);
    }

    private void SetTerminal()
    {
        if (_noTerminal) Options.Set(ClientKeywords.RequestTTY, TtyChoice.No);
        else if (_terminalFlags > 1) Options.Set(ClientKeywords.RequestTTY, TtyChoice.Force);
        else if (_terminalFlags == 1) Options.Set(ClientKeywords.RequestTTY, TtyChoice.Yes);
    }

    private void Take(FlagUse use)
    {
        switch (use.Letter)
        {
            case '4': Options.Set(ClientKeywords.AddressFamily, AddressFamilyChoice.Inet); break;
            case '6': Options.Set(ClientKeywords.AddressFamily, AddressFamilyChoice.Inet6); break;
            case 'C': Options.Set(ClientKeywords.Compression, true); break;
            case 'E': LogFile = use.Value; break;
            case 'F': ConfigFile = use.Value; break;
            case 'G': IsDump = true; break;
            case 'J': SetJump(use.Value); break;
            case 'L': Options.Set(ClientKeywords.LocalForward, [ForwardOf(use.Value, Forward.TryParseLocal, "local")]); break;
            case 'N': Options.Set(ClientKeywords.SessionType, SessionChoice.None); break;
            case 'Q': Query = use.Value; break;
            case 'R': Options.Set(ClientKeywords.RemoteForward, [ForwardOf(use.Value, Forward.TryParseRemote, "remote")]); break;
            case 'T': _noTerminal = true; break;
            case 'V': IsVersion = true; break;
            case 'c': Options.Set(ClientKeywords.Ciphers, ListOf(use.Value, Choices.Ciphers, CatalogNames.For(isClient: true).Ciphers, "cipher")); break;
            case 'e': Options.Set(ClientKeywords.EscapeChar, EscapeOf(use.Value)); break;
            case 'i': AddIdentity(use.Value); break;
            case 'l': Options.Set(ClientKeywords.User, use.Value); break;
            case 'm': Options.Set(ClientKeywords.MACs, ListOf(use.Value, Choices.ClientMacs, CatalogNames.For(isClient: true).Macs, "mac")); break;
            case 'n': Options.Set(ClientKeywords.StdinNull, true); break;
            case 'o':
                _namesProxy |= use.Value.StartsWith(ClientKeywords.ProxyCommand.Name, StringComparison.OrdinalIgnoreCase);
                Options.Add(use.Value);
                break;
            case 'p': Options.Set(ClientKeywords.Port, PortOf(use.Value)); break;
            case 'q': Level = LogLevel.Quiet; break;
            case 's': IsSubsystem = true; break;
            case 't': _terminalFlags++; break;
            case 'v': Level = Level is { } so and >= LogLevel.Debug1 ? (LogLevel)Math.Min((int)so + 1, (int)LogLevel.Debug3) : LogLevel.Debug1; break;
        }
    }

    private void SetJump(string machines)
    {
        if (_namesJump) throw new FatalException("Only a single -J option is permitted (use commas to separate multiple jump hops)");
        if (_namesProxy) throw new FatalException("Cannot specify -J with ProxyCommand");
        bool isNone = machines.Equals("none", StringComparison.OrdinalIgnoreCase);
        if (!isNone && !JumpHosts.TryParse(machines, out _)) throw new FatalException("Invalid -J argument");
        _namesJump = true;
        Options.Set(ClientKeywords.ProxyJump, isNone ? "none" : machines);
    }

    private delegate bool ForwardParser(string text, out Forward? forward);

    private static Forward ForwardOf(string text, ForwardParser parse, string kind) =>
        parse(text, out Forward? forward) ? forward! : throw new FatalException($"Bad {kind} forwarding specification '{text}'");

    private static int PortOf(string text) => PortNumber.TryParse(text, out int port) && port > 0 ? port : throw new FatalException($"Bad port '{text}'");

    private static EscapeCharacter EscapeOf(string text) =>
        EscapeCharacterShape.TryParse(text, out EscapeCharacter escape) ? escape : throw new FatalException($"Bad escape character '{text}'.");

    private static IReadOnlyList<string> ListOf(string text, AlgorithmListShape shape, AlgorithmChoice choice, string kind) =>
        text.Length > 0 && shape.TryAssemble(text, choice, out IReadOnlyList<string>? names) ? names! : throw new FatalException($"Unknown {kind} type '{text}'");

    // A key that is not there is passed over with a word, and the usual keys are tried as if it had not been named.
    private void AddIdentity(string path)
    {
        string expanded = LocalMachine.Identity()?.ExpandTilde(path, out _) ?? path;
        if (FileStatus.TryOfPath(expanded, out _)) Options.Set(ClientKeywords.IdentityFile, [path]);
        else Console.Error.WriteLine($"Warning: Identity file {expanded} not accessible: {UnixException.Describe(Libc.LastErrno)}.");
    }
}
