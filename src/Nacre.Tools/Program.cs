using Nacre.Tools.Manuals;
using Nacre.Tools.Scp;
using Nacre.Tools.SecurityKeys;
using Nacre.Tools.Sftp;
using Nacre.Tools.SftpServer;
using Nacre.Tools.Ssh;
using Nacre.Tools.SshAdd;
using Nacre.Tools.SshAgent;
using Nacre.Tools.SshCopyId;
using Nacre.Tools.Sshd;
using Nacre.Tools.Sshd.Gate;
using Nacre.Tools.Sshd.Session;
using Nacre.Tools.SshKeygen;
using Nacre.Tools.SshKeyscan;
using Nacre.Tools.Tokens;
using Nacre.Unix;

namespace Nacre.Tools;

/// <summary>The one executable: finds the tool that it was called as and runs it.</summary>
internal static class Program
{
    /// <summary>What links begin with that lie beside OpenSSH's.</summary>
    internal const string Prefix = "nacre-";

    /// <summary>Every tool, one row each.</summary>
    internal static IReadOnlyList<Applet> Applets { get; } =
    [
        new("ssh", "log in to a remote machine, run commands there, forward ports", SshApplet.Run, static () => SshFlags.Table),
        new("sshd", "serve logins, commands, files and forwards", SshdApplet.Run, static () => SshdFlags.Table),
        new("scp", "copy files between machines", ScpApplet.Run, static () => ScpFlags.Table),
        new("sftp", "copy and manage files at a remote machine", SftpApplet.Run, static () => SftpFlags.Table),
        new("sftp-server", "serve one SFTP session on standard input and output", SftpServerApplet.Run, static () => SftpServerSettings.Flags),
        new("ssh-keygen", "make, show, change and certify keys", SshKeygenApplet.Run, static () => SshKeygenApplet.Flags),
        new("ssh-agent", "hold private keys", SshAgentApplet.Run, static () => SshAgentFlags.Table),
        new("ssh-add", "give keys to the agent", SshAddApplet.Run, static () => SshAddFlags.Table),
        new("ssh-keyscan", "gather host keys", SshKeyscanApplet.Run, static () => SshKeyscanFlags.Table),
        new("ssh-copy-id", "let a key in at another machine", SshCopyIdApplet.Run, static () => SshCopyIdFlags.Table),
        new("manual", "print the reference of a tool, of ssh_config or of sshd_config", ManualApplet.Run),
        new("completion", "print what bash needs to complete the tools' command lines", CompletionApplet.Run),
    ];

    /// <summary>What the tools start this executable as; the first argument says so.</summary>
    private static readonly Dictionary<string, Func<int>> Processes = new()
    {
        [GateProgram.Verb] = GateProgram.Run,
        [SessionProcessProgram.Verb] = SessionProcessProgram.Run,
        [SecurityKeyProgram.Verb] = SecurityKeyProgram.Run,
        [TokenProgram.Verb] = TokenProgram.Run,
    };

    internal static int Main(string[] arguments)
    {
        // The name comes first: `ssh launch` means a host of that name.
        Applet? tool = Find(Path.GetFileName(Environment.GetCommandLineArgs()[0]));
        if (tool is null && arguments.Length > 0 && arguments[0] == LaunchPlan.Verb) return Launcher.Run(arguments.Length - 1, Main);
        if (tool is null && arguments is [SessionKeeper.Verb, _]) return SessionKeeper.Run();
        if (tool is null && arguments.Length > 0 && Processes.TryGetValue(arguments[0], out Func<int>? process)) return process();
        StandardStreams.Use();
        if (tool is not null) return tool.Run(arguments);
        if (arguments.Length > 0 && Find(arguments[0]) is { } named) return named.Run(arguments[1..]);
        Console.Error.WriteLine("usage: nacre TOOL [argument ...]\nor call it by a link that has the tool's name. The tools:");
        foreach (Applet applet in Applets) Console.Error.WriteLine($"  {applet.Name,-12} {applet.Summary}");
        return 2;
    }

    /// <summary>Finds a tool by its name, which may stand behind the prefix of links that lie beside OpenSSH's.</summary>
    internal static Applet? Find(string name) => Applets.FirstOrDefault(applet => applet.Name == name || name == Prefix + applet.Name);
}
