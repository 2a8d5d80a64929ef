using System.Globalization;
using Nacre.Config;

namespace Nacre.Tools.FileTransfer;

/// <summary>Gathers the arguments of the ssh that carries a session.</summary>
internal sealed class SshCall
{
    private readonly List<string[]> _options = [];

    /// <summary>The program of -S; null is our own ssh.</summary>
    public string? Program { get; set; }

    /// <summary>The port of -P; null leaves it to the destination and the configuration.</summary>
    public string? Port { get; set; }

    /// <summary>The subsystem of the server, or the path of its SFTP server.</summary>
    public string Subsystem { get; set; } = "sftp";

    /// <summary>Hands on a flag, with its value if it has one.</summary>
    public void Add(params ReadOnlySpan<string> words) => _options.Add(words.ToArray());

    /// <summary>The call that brings the SFTP server of one destination.</summary>
    public ProgramCall For(Destination destination) => Call(destination, Subsystem, isSubsystem: !Subsystem.Contains('/', StringComparison.Ordinal), []);

    /// <summary>The call that runs a command at one destination.</summary>
    /// <param name="destination">Where.</param>
    /// <param name="command">The command, for the shell there.</param>
    /// <param name="asksNothing">Have it ask for no password and no passphrase.</param>
    public ProgramCall For(Destination destination, string command, bool asksNothing) =>
        Call(destination, command, isSubsystem: false, asksNothing ? ["-oBatchMode=yes"] : []);

    /// <summary>The call that runs a command which connects further by itself and reads nothing from here.</summary>
    public ProgramCall ForErrand(Destination destination, string command)
    {
        List<string> arguments = Program is null ? ["nacre", "ssh", "-oForwardX11=no", "-oClearAllForwardings=yes", "-n"] : [Program, "-x", "-oClearAllForwardings=yes", "-n"];
        arguments.AddRange(Options());
        if (destination.Port is { } port) arguments.AddRange(["-p", port.ToString(CultureInfo.InvariantCulture)]);
        if (destination.User is { } user) arguments.AddRange(["-l", user]);
        arguments.AddRange(["--", destination.Host, command]);
        return new ProgramCall(Program ?? OwnPath, arguments);
    }

    private ProgramCall Call(Destination destination, string command, bool isSubsystem, ReadOnlySpan<string> more)
    {
        List<string> arguments = Program is null
            ? ["-oForwardX11=no", "-oRemoteCommand=none", "-oRequestTTY=no", "-oClearAllForwardings=yes"]
            : ["-x", "-oPermitLocalCommand=no", "-oClearAllForwardings=yes", "-oRemoteCommand=none", "-oRequestTTY=no"];
        arguments.AddRange(Options());

        // Behind the user's own, which are to win.
        arguments.Add("-oForwardAgent=no");
        if ((destination.Port?.ToString(CultureInfo.InvariantCulture) ?? Port) is { } port) arguments.AddRange(["-p", port]);
        if (destination.User is { } user) arguments.AddRange(["-l", user]);
        arguments.AddRange(more);
        if (isSubsystem) arguments.Add("-s");
        arguments.AddRange(["--", destination.Host, command]);
        return Program is null
            ? new ProgramCall(OwnPath, ["nacre", "ssh", .. arguments]) { SshArguments = arguments }
            : new ProgramCall(Program, [Program, .. arguments]);
    }

    // Our own ssh knows the keywords of what it has no letter for.
    private IEnumerable<string> Options() => _options.SelectMany(option => Program is not null ? option : option switch
    {
        ["-A"] => ["-oForwardAgent=yes"],
        _ => option,
    });

    private static string OwnPath => Environment.ProcessPath ?? throw new FatalException("the path of this program is not known; name an ssh with -S");
}
