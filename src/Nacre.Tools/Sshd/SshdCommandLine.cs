using System.Globalization;
using Nacre.Config;
using Nacre.Config.Files;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;
using Nacre.Tools.Sshd.Operations;

namespace Nacre.Tools.Sshd;

/// <summary>What the command line of sshd says.</summary>
internal sealed class SshdCommandLine
{
    /// <summary>The longest name that a machine may have.</summary>
    private const int LongestHost = 64;

    private readonly List<int> _ports = [];

    private SshdCommandLine()
    {
    }

    public CommandLineOptions Options { get; } = new();

    public bool IsForeground { get; private set; }

    public bool IsTest { get; private set; }

    public bool IsDump { get; private set; }

    /// <summary>Whether to print the configuration without looking at host keys (-G).</summary>
    public bool IsPlainDump { get; private set; }

    /// <summary>What -C says of the connection that the configuration is printed for.</summary>
    public List<string> Connections { get; } = [];

    public bool IsVersion { get; private set; }

    public bool IsInetd { get; private set; }

    public bool LogsToStandardError { get; private set; }

    public bool IsQuiet { get; private set; }

    public int DebugLevel { get; private set; }

    public string? LogFile { get; private set; }

    public string ConfigFile { get; private set; } = "/etc/ssh/sshd_config";

    /// <summary>Whose connections say first who is behind them (-P).</summary>
    public ProxiedClients Proxies { get; private set; } = new("");

    /// <summary>The longest name of a client that is recorded with a login at a terminal; of others it is the address (-u).</summary>
    public int LongestRecordedHost { get; private set; } = ClientConnection.AnyHost;

    /// <summary>What connections have to end by themselves when the server is told to stop (-w).</summary>
    public TimeSpan DrainTime { get; private set; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="UsageException">They make no sense.</exception>
    public static SshdCommandLine Parse(string[] arguments)
    {
        var line = new SshdCommandLine();
        var reader = new FlagReader(SshdFlags.Table, arguments);
        while (reader.TryRead(out FlagUse use)) line.Take(use);
        if (line._ports.Count > 0) line.Options.SetForGood(ServerKeywords.Port, line._ports);
        if (line.Connections.Count > 0 && !line.IsDump && !line.IsPlainDump) throw new FatalException("Config test connection parameter (-C) provided without test mode (-T)", status: 1);
        if (reader.Rest.Any()) throw new UsageException("Extra argument " + reader.Rest.First() + ".");
        return line;
    }

    private void Take(FlagUse use)
    {
        switch (use.Letter)
        {
            case '4': Options.Set(ServerKeywords.AddressFamily, AddressFamilyChoice.Inet); break;
            case '6': Options.Set(ServerKeywords.AddressFamily, AddressFamilyChoice.Inet6); break;
            case 'C': Connections.Add(use.Value); break;
            case 'D': IsForeground = true; break;
            case 'E': LogFile = Path.GetFullPath(use.Value); break;
            case 'G': IsPlainDump = true; break;
            case 'P': Proxies = ProxiedClients.AreNetworks(use.Value) ? new ProxiedClients(use.Value) : throw new FatalException($"Bad networks of proxies: {Printable.Escape(use.Value)}; write addresses and networks such as 10.0.0.0/8 with commas between them.", status: 1); break;
            case 'T': IsDump = true; break;
            case 'V': IsVersion = true; break;
            case 'c': Options.Add($"HostCertificate {ConfigLine.Quote(use.Value)}"); break;
            case 'd': DebugLevel++; break;
            case 'e': LogsToStandardError = true; break;
            case 'f': ConfigFile = use.Value; break;
            case 'g': Options.Set<TimeSpan?>(ServerKeywords.LoginGraceTime, Quantity.TryParseTime(use.Value, out TimeSpan grace) ? grace : throw new FatalException("Invalid login grace time.", status: 1)); break;
            case 'h': Options.Add($"HostKey {ConfigLine.Quote(use.Value)}"); break;
            case 'i': IsInetd = true; break;
            case 'o': Options.Add(use.Value); break;
            case 'p': _ports.Add(PortNumber.TryParse(use.Value, out int port) && port > 0 ? port : throw new FatalException("Bad port number.", status: 1)); break;
            case 'q': IsQuiet = true; break;
            case 't': IsTest = true; break;
            case 'u': LongestRecordedHost = int.TryParse(use.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= LongestHost + 1 ? length : throw new FatalException("Invalid utmp length.", status: 1); break;
            case 'w': DrainTime = Quantity.TryParseTime(use.Value, out TimeSpan drain) ? drain : throw new FatalException("Invalid drain time.", status: 1); break;
        }
    }
}
