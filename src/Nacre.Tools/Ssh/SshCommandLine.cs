using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Config.Shapes;
using Nacre.Config.Values;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>What the command line of ssh says, as keywords of the configuration where there is one.</summary>
internal sealed class SshCommandLine
{
    /// <summary>What -O takes.</summary>
    public static IReadOnlyList<string> ControlCommands { get; } = ["check", "conninfo", "channels", "forward", "cancel", "exit", "stop", "proxy"];

    private TtyChoice? _terminal;
    private bool _namesProxy;
    private bool _namesJump;
    private bool _hasNoSession;
    private bool _isSubsystem;
    private int _masterFlags;
    private bool _hasBackgroundFlag;

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

    public string? ConfigFile { get; private set; }

    public string? LogFile { get; private set; }

    /// <summary>What -v and -q ask for; null leaves it to LogLevel.</summary>
    public LogLevel? Level { get; private set; }

    /// <summary>True when where the time went is to be printed.</summary>
    public bool IsTimed { get; private set; }

    /// <summary>True when -y wants what is told in the system's log.</summary>
    public bool LogsToSystem { get; private set; }

    /// <summary>Where -W joins standard input and output to; null for no -W.</summary>
    public ForwardEnd? StdioForward { get; private set; }

    /// <summary>What -O wants of the master of a shared connection; null for no -O.</summary>
    public string? ControlCommand { get; private set; }

    /// <summary>True when -f has it do its work in the background, whatever the configuration says.</summary>
    public bool IsForBackground => _hasBackgroundFlag && !IsDump && ControlCommand is null;

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
        if (line._isSubsystem && line.Command.Length == 0 && !line.IsDump) throw new UsageException("You must specify a subsystem to invoke.");
        line.Finish();
        return line;
    }

    private void SetDestination(string text)
    {
        if (!Destination.TryParse(text, out Destination? destination, out string error, "ssh")) throw new FatalException(error);
        Destination = destination!;
        if (destination!.User is { } user) Options.Set(ClientKeywords.User, user);
        if (destination.Port is { } port) Options.Set(ClientKeywords.Port, port);
    }

    // Those that the last flag decides, or how often it was given.
    private void Finish()
    {
        if (LogsToSystem && LogFile is not null) throw new FatalException("Can't specify both -y and -E");
        if (Level is { } level) Options.SetForGood(ClientKeywords.LogLevel, level);
        if (_terminal is { } terminal) Options.Set(ClientKeywords.RequestTTY, terminal);
        if (_masterFlags > 0) Options.Set(ClientKeywords.ControlMaster, _masterFlags > 1 ? ControlMasterChoice.Ask : ControlMasterChoice.Yes);
        if (StdioForward is not null)
        {
            Options.SetFallback(ClientKeywords.ExitOnForwardFailure, true);
            Options.SetFallback(ClientKeywords.ClearAllForwardings, true);
        }

        if (_hasNoSession || StdioForward is not null) Options.Set(ClientKeywords.SessionType, SessionChoice.None);
        else if (_isSubsystem) Options.Set(ClientKeywords.SessionType, SessionChoice.Subsystem);
    }

    private void Take(FlagUse use)
    {
        if (TryTakeSwitch(use.Letter)) return;
        switch (use.Letter)
        {
            case 'B': Options.Set(ClientKeywords.BindInterface, use.Value); break;
            case 'D': Options.Set(ClientKeywords.DynamicForward, [ForwardOf(use.Value, Forward.TryParseDynamic, "dynamic")]); break;
            case 'E': LogFile = use.Value; break;
            case 'F': ConfigFile = use.Value; break;
            case 'I': Options.SetForGood(ClientKeywords.PKCS11Provider, use.Value.Equals("none", StringComparison.OrdinalIgnoreCase) ? "none" : use.Value); break;
            case 'J': SetJump(use.Value); break;
            case 'L': Options.Set(ClientKeywords.LocalForward, [ForwardOf(use.Value, Forward.TryParseLocal, "local")]); break;
            case 'O': SetControl(use.Value); break;
            case 'P': Options.Set(ClientKeywords.Tag, use.Value); break;
            case 'Q': Query = use.Value; break;
            case 'R': Options.Set(ClientKeywords.RemoteForward, [ForwardOf(use.Value, Forward.TryParseRemote, "remote")]); break;
            case 'S': Options.Set(ClientKeywords.ControlPath, use.Value); break;
            case 'W': SetStdioForward(use.Value); break;
            case 'b': Options.Set(ClientKeywords.BindAddress, use.Value); break;
            case 'c': Options.Set(ClientKeywords.Ciphers, ListOf(use.Value, Choices.Ciphers, CatalogNames.For(isClient: true).Ciphers, "cipher")); break;
            case 'e': Options.Set(ClientKeywords.EscapeChar, EscapeOf(use.Value)); break;
            case 'i': AddIdentity(use.Value); break;
            case 'l': Options.Set(ClientKeywords.User, use.Value); break;
            case 'm': Options.Set(ClientKeywords.MACs, ListOf(use.Value, Choices.ClientMacs, CatalogNames.For(isClient: true).Macs, "mac")); break;
            case 'o':
                _namesProxy |= use.Value.StartsWith(ClientKeywords.ProxyCommand.Name, StringComparison.OrdinalIgnoreCase);
                Options.Add(use.Value);
                break;
            case 'p': Options.Set(ClientKeywords.Port, PortOf(use.Value)); break;
            case 'w': SetTunnel(use.Value); break;
        }
    }

    private bool TryTakeSwitch(char letter)
    {
        switch (letter)
        {
            case '2': break;
            case '4': Options.Set(ClientKeywords.AddressFamily, AddressFamilyChoice.Inet); break;
            case '6': Options.Set(ClientKeywords.AddressFamily, AddressFamilyChoice.Inet6); break;
            case 'A': Options.Set(ClientKeywords.ForwardAgent, new AgentForwarding(true)); break;
            case 'C': Options.Set(ClientKeywords.Compression, true); break;
            case 'G': IsDump = true; break;
            case 'K': Options.Add("GSSAPIAuthentication=yes"); break;
            case 'M': _masterFlags++; break;
            case 'N': SetNoSession(); break;
            case 'T': _terminal = TtyChoice.No; break;
            case 'V': IsVersion = true; break;
            case 'X': Options.Set(ClientKeywords.ForwardX11, true); break;
            case 'Y': SetTrustedX11(); break;
            case 'Z': IsTimed = true; break;
            case 'a': Options.Set(ClientKeywords.ForwardAgent, new AgentForwarding(false)); break;
            case 'f': SetBackground(); break;
            case 'g': Options.Set(ClientKeywords.GatewayPorts, true); break;
            case 'k': Options.Add("GSSAPIDelegateCredentials=no"); break;
            case 'n': Options.Set(ClientKeywords.StdinNull, true); break;
            case 'q': Level = LogLevel.Quiet; break;
            case 's': SetSubsystem(); break;
            case 't': _terminal = _terminal is TtyChoice.Yes or TtyChoice.Force ? TtyChoice.Force : TtyChoice.Yes; break;
            case 'v': Level = Level is { } so and >= LogLevel.Debug1 ? (LogLevel)Math.Min((int)so + 1, (int)LogLevel.Debug3) : LogLevel.Debug1; break;
            case 'x': Options.Set(ClientKeywords.ForwardX11, false); break;
            case 'y': LogsToSystem = true; break;
            default: return false;
        }

        return true;
    }

    private void SetNoSession()
    {
        if (_isSubsystem) throw new FatalException("Cannot specify -N with -s/SessionType");
        (_hasNoSession, _terminal) = (true, TtyChoice.No);
    }

    private void SetSubsystem()
    {
        if (_hasNoSession) throw new FatalException("Cannot specify -s with -N/SessionType");
        _isSubsystem = true;
    }

    private void SetBackground()
    {
        _hasBackgroundFlag = true;
        Options.Set(ClientKeywords.ForkAfterAuthentication, true);
        Options.Set(ClientKeywords.StdinNull, true);
    }

    private void SetTrustedX11()
    {
        Options.Set(ClientKeywords.ForwardX11, true);
        Options.Set(ClientKeywords.ForwardX11Trusted, true);
    }

    private void SetControl(string command)
    {
        if (StdioForward is not null) throw new FatalException("Cannot specify multiplexing command with -W");
        if (ControlCommand is not null) throw new FatalException("Multiplexing command already specified");
        if (!ControlCommands.Contains(command)) throw new FatalException("Invalid multiplex command.");
        ControlCommand = command;
    }

    private void SetStdioForward(string text)
    {
        if (StdioForward is not null) throw new FatalException("stdio forward already specified");
        if (ControlCommand is not null) throw new FatalException("Cannot specify stdio forward with -O");
        if (!Forward.TryParseDynamic(text, out Forward? forward) || forward!.Listen is { Host: null, Path: null }) throw new FatalException($"Bad stdio forwarding specification '{text}'");
        StdioForward = forward.Listen;
        _terminal = TtyChoice.No;
    }

    private void SetTunnel(string devices)
    {
        if (!TunnelDeviceShape.TryParse(devices, out TunnelDevices ends)) throw new FatalException($"Bad tun device '{devices}'");
        Options.Set(ClientKeywords.Tunnel, TunnelChoice.PointToPoint);
        Options.Set(ClientKeywords.TunnelDevice, ends);
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
