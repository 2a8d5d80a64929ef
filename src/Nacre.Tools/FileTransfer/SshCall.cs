using Nacre.Config;

namespace Nacre.Tools.FileTransfer;

/// <summary>Gathers the arguments of the ssh that carries a session.</summary>
internal sealed class SshCall
{
    private readonly List<string> _options = [];

    /// <summary>The program of -S; null is our own ssh.</summary>
    public string? Program { get; set; }

    /// <summary>The port of -P; null leaves it to the destination and the configuration.</summary>
    public string? Port { get; set; }

    /// <summary>The subsystem of the server, or the path of its SFTP server.</summary>
    public string Subsystem { get; set; } = "sftp";

    /// <summary>Hands on a flag, with its value if it has one.</summary>
    public void Add(params ReadOnlySpan<string> words) => _options.AddRange(words);

    /// <summary>The call for one destination.</summary>
    public ProgramCall For(Destination destination)
    {
        List<string> arguments = Program is null
            ? ["nacre", "ssh", "-oRemoteCommand=none", "-oRequestTTY=no", "-oClearAllForwardings=yes"]
            : [Program, "-x", "-oPermitLocalCommand=no", "-oClearAllForwardings=yes", "-oRemoteCommand=none", "-oRequestTTY=no", "-oForwardAgent=no"];
        arguments.AddRange(_options);
        if ((destination.Port?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Port) is { } port) arguments.AddRange(["-p", port]);
        if (destination.User is { } user) arguments.AddRange(["-l", user]);
        if (!Subsystem.Contains('/', StringComparison.Ordinal)) arguments.Add("-s");
        arguments.AddRange(["--", destination.Host, Subsystem]);
        string? own = Environment.ProcessPath;
        return new ProgramCall(Program ?? own ?? throw new FatalException("the path of this program is not known; name an ssh with -S"), arguments);
    }
}
