using Nacre.Sftp;

namespace Nacre.Tools.Sftp;

/// <summary>The table of the commands of sftp.</summary>
internal sealed class SftpCommands
{
    private const int HelpColumn = 35;

    private readonly SftpSession _session;
    private readonly SftpCommand[] _table;

    /// <param name="session">What the commands work on.</param>
    /// <param name="options">How get and put copy, unless their flags say more.</param>
    public SftpCommands(SftpSession session, TransferOptions options)
    {
        _session = session;
        var local = new LocalCommands(session.Reporter);
        var paths = new RemotePathCommands(session);
        var attributes = new RemoteAttributeCommands(session);
        var files = new FileCommands(session, options);
        var listing = new SftpListing(session);
        var usage = new DiskUsage(session);
        _table =
        [
            Plain("bye", "Quit sftp", Quit),
            OnRemote("cd", [("path", "Change remote directory to 'path'")], SftpOperands.Any, paths.ChangeDirectoryAsync),
            OnRemote("chdir", [], SftpOperands.Any, paths.ChangeDirectoryAsync),
            OnSecond("chgrp", [("[-h] grp path", "Change group of file 'path' to 'grp'")], attributes.RunAsync),
            OnSecond("chmod", [("[-h] mode path", "Change permissions of file 'path' to 'mode'")], attributes.RunAsync),
            OnSecond("chown", [("[-h] own path", "Change owner of file 'path' to 'own'")], attributes.RunAsync),
            OnBoth("copy", [("oldpath newpath", "Copy remote file")], "", paths.CopyAsync),
            OnBoth("cp", [("oldpath newpath", "Copy remote file")], "", paths.CopyAsync),
            new("df", [("[-hi] [path]", "Display statistics for current directory or"), ("", "filesystem containing 'path'")], "hi", SftpOperands.Any, usage.RunAsync) { Places = (SftpPlace.Remote, SftpPlace.None) },
            new("dir", [], SftpListing.Flags, SftpOperands.Any, listing.RunAsync) { Places = (SftpPlace.Remote, SftpPlace.None) },
            Plain("exit", "Quit sftp", Quit),
            Fetching("get", [("[-afpR] remote [local]", "Download file")], files.GetAsync),
            Plain("help", "Display this help text", Help),
            OnLocal("lcd", [("path", "Change local directory to 'path'")], SftpOperands.Any, local.ChangeDirectory),
            OnLocal("lchdir", [], SftpOperands.Any, local.ChangeDirectory),
            OnLocal("lls", [("[ls-options [path]]", "Display local directory listing")], SftpOperands.Any, local.ListAsync) with { IsRaw = true },
            OnLocal("lmkdir", [("path", "Create local directory")], SftpOperands.OnePath, local.MakeDirectory),
            OnBoth("ln", [("[-s] oldpath newpath", "Link remote file (-s for symlink)")], "s", paths.LinkAsync),
            Plain("lpwd", "Print local working directory", local.PrintDirectory),
            new("ls", [($"[-{SftpListing.Flags}] [path]", "Display remote directory listing")], SftpListing.Flags, SftpOperands.Any, listing.RunAsync) { Places = (SftpPlace.Remote, SftpPlace.None) },
            new("lumask", [("umask", "Set local umask to 'umask'")], "h", SftpOperands.Number, local.SetModeMask),
            OnRemote("mkdir", [("path", "Create remote directory")], SftpOperands.OnePath, paths.MakeDirectoryAsync),
            Fetching("mget", [], files.GetAsync),
            Sending("mput", [], files.PutAsync),
            Plain("progress", "Toggle display of progress meter", ToggleProgress),
            Sending("put", [("[-afpR] local [remote]", "Upload file")], files.PutAsync),
            Plain("pwd", "Display remote working directory", paths.PrintDirectory),
            Plain("quit", "Quit sftp", Quit),
            Fetching("reget", [("[-fpR] remote [local]", "Resume download file")], files.GetAsync),
            OnBoth("rename", [("[-l] oldpath newpath", "Rename remote file")], "l", paths.RenameAsync),
            Sending("reput", [("[-fpR] local [remote]", "Resume upload file")], files.PutAsync),
            OnRemote("rm", [("path", "Delete remote file")], SftpOperands.OnePath, paths.RemoveAsync),
            OnRemote("rmdir", [("path", "Remove remote directory")], SftpOperands.OnePath, paths.RemoveDirectoryAsync),
            OnBoth("symlink", [("oldpath newpath", "Symlink remote file")], "", paths.LinkAsync),
            Plain("version", "Show SFTP version", Version),
            new("!", [("command", "Execute 'command' in local shell"), ("", "Escape to local shell")], "", SftpOperands.Any, local.RunShellAsync) { IsRaw = true },
            Plain("?", "Synonym for help", Help),
        ];
    }

    public bool HasQuit { get; private set; }

    /// <summary>The names of all commands, in the order of the table.</summary>
    public IEnumerable<string> Names => _table.Select(static command => command.Name);

    public SftpCommand? Find(string name) => Array.Find(_table, command => command.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The lines of the help.</summary>
    public IEnumerable<string> HelpLines()
    {
        yield return "Available commands:";
        foreach (SftpCommand command in _table)
        {
            foreach ((string usage, string text) in command.Help)
            {
                bool goesOn = usage.Length == 0 && command.Name == "df";
                string start = goesOn ? "" : command.Name == "!" ? command.Name + usage : $"{command.Name} {usage}";
                yield return start.PadRight(HelpColumn) + text;
            }
        }
    }

    private static SftpCommand Plain(string name, string text, Func<SftpArguments, CancellationToken, Task<bool>> run) => new(name, [("", text)], "", SftpOperands.Any, run);

    private static SftpCommand OnRemote(string name, (string Usage, string Text)[] help, SftpOperands operands, Func<SftpArguments, CancellationToken, Task<bool>> run) =>
        new(name, help, "", operands, run) { Places = (SftpPlace.Remote, SftpPlace.None) };

    private static SftpCommand OnLocal(string name, (string Usage, string Text)[] help, SftpOperands operands, Func<SftpArguments, CancellationToken, Task<bool>> run) =>
        new(name, help, "", operands, run) { Places = (SftpPlace.Local, SftpPlace.None) };

    private static SftpCommand OnSecond(string name, (string Usage, string Text)[] help, Func<SftpArguments, CancellationToken, Task<bool>> run) =>
        new(name, help, "h", SftpOperands.NumberAndPath, run) { Places = (SftpPlace.None, SftpPlace.Remote) };

    private static SftpCommand OnBoth(string name, (string Usage, string Text)[] help, string flags, Func<SftpArguments, CancellationToken, Task<bool>> run) =>
        new(name, help, flags, SftpOperands.TwoPaths, run) { Places = (SftpPlace.Remote, SftpPlace.Remote) };

    private static SftpCommand Fetching(string name, (string Usage, string Text)[] help, Func<SftpArguments, CancellationToken, Task<bool>> run) =>
        new(name, help, FileCommands.Flags, SftpOperands.OnePathAtLeast, run) { Places = (SftpPlace.Remote, SftpPlace.Local) };

    private static SftpCommand Sending(string name, (string Usage, string Text)[] help, Func<SftpArguments, CancellationToken, Task<bool>> run) =>
        new(name, help, FileCommands.Flags, SftpOperands.OnePathAtLeast, run) { Places = (SftpPlace.Local, SftpPlace.Remote) };

    private Task<bool> Quit(SftpArguments given, CancellationToken ct)
    {
        HasQuit = true;
        return Task.FromResult(true);
    }

    private Task<bool> Help(SftpArguments given, CancellationToken ct)
    {
        foreach (string line in HelpLines()) _session.Reporter.Print(line);
        return Task.FromResult(true);
    }

    private Task<bool> Version(SftpArguments given, CancellationToken ct)
    {
        _session.Reporter.Print("SFTP protocol version 3");
        return Task.FromResult(true);
    }

    private Task<bool> ToggleProgress(SftpArguments given, CancellationToken ct)
    {
        _session.Reporter.ShowsProgress = !_session.Reporter.ShowsProgress;
        _session.Reporter.Print($"Progress meter {(_session.Reporter.ShowsProgress ? "enabled" : "disabled")}");
        return Task.FromResult(true);
    }
}
