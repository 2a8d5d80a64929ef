using Nacre.Config;
using Nacre.Config.Values;

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

    public int Verbosity { get; private set; }

    public bool IsQuiet { get; private set; }

    private int _terminalFlags;
    private bool _noTerminal;

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

        line.Command = string.Join(' ', arguments.Skip(position));
        if (line.Destination is null && line.Query is null && !line.IsVersion) throw new UsageException("");
        if (line.IsSubsystem && line.Command.Length == 0) throw new UsageException("You must specify a subsystem to invoke.");
        line.SetTerminal();
        return line;
    }

    private void SetDestination(string text)
    {
        if (!Destination.TryParse(text, out Destination? destination, out string error, "ssh")) throw new UsageException(error);
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
            case 'L': Options.Set(ClientKeywords.LocalForward, [ForwardOf(use.Value, Forward.TryParseLocal, "local")]); break;
            case 'N': Options.Set(ClientKeywords.SessionType, SessionChoice.None); break;
            case 'Q': Query = use.Value; break;
            case 'R': Options.Set(ClientKeywords.RemoteForward, [ForwardOf(use.Value, Forward.TryParseRemote, "remote")]); break;
            case 'T': _noTerminal = true; break;
            case 'V': IsVersion = true; break;
            case 'c': Options.Add($"Ciphers={use.Value}"); break;
            case 'e': Options.Add($"EscapeChar={use.Value}"); break;
            case 'i': Options.Set(ClientKeywords.IdentityFile, [use.Value]); break;
            case 'l': Options.Set(ClientKeywords.User, use.Value); break;
            case 'm': Options.Add($"MACs={use.Value}"); break;
            case 'n': Options.Set(ClientKeywords.StdinNull, true); break;
            case 'o': Options.Add(use.Value); break;
            case 'p': Options.Add($"Port={use.Value}"); break;
            case 'q': IsQuiet = true; break;
            case 's': IsSubsystem = true; break;
            case 't': _terminalFlags++; break;
            case 'v': Verbosity++; break;
        }
    }

    private delegate bool ForwardParser(string text, out Forward? forward);

    private static Forward ForwardOf(string text, ForwardParser parse, string kind) =>
        parse(text, out Forward? forward) ? forward! : throw new UsageException($"Bad {kind} forwarding specification '{text}'");
}
