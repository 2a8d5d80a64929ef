using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Sftp;

/// <summary>The commands of sftp and what they share: the working directory at the other side, and how to copy.</summary>
internal sealed class SftpCommands
{
    private const int HelpColumn = 35;
    private const string CopyFlags = "fpRr";

    private readonly SftpClient _client;
    private readonly Reporter _reporter;
    private readonly CopyOptions _copies;
    private readonly RemoteTree _tree;
    private readonly LocalCommands _local;
    private readonly SftpListing _listing;
    private readonly string _home;
    private readonly SftpCommand[] _table;

    /// <param name="client">The session.</param>
    /// <param name="home">Where the session starts.</param>
    /// <param name="reporter">Where results and failures go.</param>
    /// <param name="copies">How get and put copy, unless their flags say more.</param>
    public SftpCommands(SftpClient client, string home, Reporter reporter, CopyOptions copies)
    {
        (_client, _home, _reporter, _copies, Working) = (client, home, reporter, copies, home);
        (_tree, _local, _listing) = (new RemoteTree(client, reporter), new LocalCommands(reporter), new SftpListing(client, reporter));
        _table =
        [
            new("bye", "", "Quit sftp", "", Quit),
            new("cd", "path", "Change remote directory to 'path'", "", ChangeDirectoryAsync),
            new("chgrp", "grp path", "Change group of file 'path' to 'grp'", "", ChangeAttributesAsync),
            new("chmod", "mode path", "Change permissions of file 'path' to 'mode'", "", ChangeAttributesAsync),
            new("chown", "own path", "Change owner of file 'path' to 'own'", "", ChangeAttributesAsync),
            new("exit", "", "Quit sftp", "", Quit),
            new("get", "[-fpRr] remote [local]", "Download file", CopyFlags, GetAsync),
            new("help", "", "Display this help text", "", Help),
            new("lcd", "path", "Change local directory to 'path'", "", _local.ChangeDirectory),
            new("lls", "[ls-options [path]]", "Display local directory listing", "", _local.ListAsync),
            new("lmkdir", "path", "Create local directory", "", _local.MakeDirectory),
            new("ln", "[-s] oldpath newpath", "Link remote file (-s for symlink)", "s", LinkAsync),
            new("lpwd", "", "Print local working directory", "", _local.PrintDirectory),
            new("ls", "[-1afhlnrSt] [path]", "Display remote directory listing", SftpListing.Flags, given => _listing.RunAsync(given, Working)),
            new("lumask", "umask", "Set local umask to 'umask'", "", _local.SetModeMask),
            new("mkdir", "path", "Create remote directory", "", given => OnPathAsync(given, path => _client.MakeDirectoryAsync(path), "remote mkdir")),
            new("progress", "", "Toggle display of progress meter", "", ToggleProgress),
            new("put", "[-fpRr] local [remote]", "Upload file", CopyFlags, PutAsync),
            new("pwd", "", "Display remote working directory", "", PrintDirectory),
            new("quit", "", "Quit sftp", "", Quit),
            new("rename", "oldpath newpath", "Rename remote file", "", RenameAsync),
            new("rm", "path", "Delete remote file", "", RemoveAsync),
            new("rmdir", "path", "Remove remote directory", "", given => OnPathAsync(given, path => _client.RemoveDirectoryAsync(path), "remote rmdir")),
            new("symlink", "oldpath newpath", "Symlink remote file", "", LinkAsync),
            new("version", "", "Show SFTP version", "", Version),
            new("!", "[command]", "Execute 'command', or a shell, on this machine", "", _local.RunShellAsync),
            new("?", "", "Synonym for help", "", Help),
        ];
    }

    public bool HasQuit { get; private set; }

    /// <summary>The working directory at the other side.</summary>
    public string Working { get; private set; }

    public SftpCommand? Find(string name) => Array.Find(_table, command => command.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private Task<bool> Quit(SftpArguments given)
    {
        HasQuit = true;
        return Task.FromResult(true);
    }

    private Task<bool> Help(SftpArguments given)
    {
        _reporter.Print("Available commands:");
        foreach (SftpCommand command in _table) _reporter.Print($"{command.Name} {command.Arguments}".PadRight(HelpColumn) + command.Help);
        return Task.FromResult(true);
    }

    private Task<bool> Version(SftpArguments given)
    {
        _reporter.Print("SFTP protocol version 3");
        return Task.FromResult(true);
    }

    private Task<bool> ToggleProgress(SftpArguments given)
    {
        _reporter.ShowsProgress = !_reporter.ShowsProgress;
        _reporter.Print($"Progress meter {(_reporter.ShowsProgress ? "enabled" : "disabled")}");
        return Task.FromResult(true);
    }

    private Task<bool> PrintDirectory(SftpArguments given)
    {
        _reporter.Print($"Remote working directory: {Working}");
        return Task.FromResult(true);
    }

    private async Task<bool> ChangeDirectoryAsync(SftpArguments given)
    {
        string path = given.Count == 0 ? _home : RemotePath.Absolute(given.Path(0), Working);
        string resolved;
        try
        {
            resolved = await _client.ResolveAsync(path).ConfigureAwait(false);
        }
        catch (SftpException error)
        {
            return Fail($"realpath {path}: {error.Message}");
        }

        try
        {
            if ((await _client.StatAsync(resolved).ConfigureAwait(false)) is { Permissions: not null, IsDirectory: false }) return Fail($"Can't change directory: \"{resolved}\" is not a directory");
        }
        catch (SftpException error)
        {
            return Fail($"stat remote \"{resolved}\": {error.Message}");
        }

        Working = resolved;
        return true;
    }

    private async Task<bool> GetAsync(SftpArguments given)
    {
        if (given.Count == 0) return Fail("You must specify at least one path after a get command.");
        string pattern = RemotePath.Absolute(given.Patterns[0], Glob.Escape(Working));
        List<GlobMatch> found = await Glob.FindAsync(_tree, pattern).ConfigureAwait(false);
        if (found.Count == 0) return Fail($"File \"{Glob.Unescape(pattern)}\" not found.");
        string? target = given.Count > 1 ? given.Path(1) : null;
        bool isIntoDirectory = target is not null && Directory.Exists(target);
        if (found.Count > 1 && target is not null && !isIntoDirectory) return Fail($"Multiple source paths, but destination \"{target}\" is not a directory");
        CopyOptions options = With(given);
        var downloader = new Downloader(_client, _reporter, options);
        bool isWhole = true;
        foreach (GlobMatch match in found)
        {
            string name = LocalName(match.Path);
            string local = target is null ? name : isIntoDirectory ? RemotePath.Append(target, name) : target;
            _reporter.Tell($"Fetching {match.Path} to {local}");
            isWhole &= match.IsDirectory && options.IsRecursive
                ? await downloader.DirectoryAsync(match.Path, local).ConfigureAwait(false)
                : await downloader.FileAsync(match.Path, local).ConfigureAwait(false);
        }

        return isWhole;
    }

    private async Task<bool> PutAsync(SftpArguments given)
    {
        if (given.Count == 0) return Fail("You must specify at least one path after a put command.");
        List<GlobMatch> found = await Glob.FindAsync(new LocalTree(), given.Patterns[0]).ConfigureAwait(false);
        if (found.Count == 0) return Fail($"stat {given.Path(0)}: No such file or directory");
        string? target = given.Count > 1 ? RemotePath.Absolute(given.Path(1), Working) : null;
        bool isIntoDirectory = target is not null && await _tree.FindAsync(target, followsLinks: true).ConfigureAwait(false) is { IsDirectory: true };
        if (found.Count > 1 && target is not null && !isIntoDirectory) return Fail($"Multiple paths match, but destination \"{target}\" is not a directory");
        CopyOptions options = With(given);
        var uploader = new Uploader(_client, _reporter, options);
        bool isWhole = true;
        foreach (GlobMatch match in found)
        {
            string name = LocalName(match.Path);
            string remote = target is null ? RemotePath.Append(Working, name) : isIntoDirectory ? RemotePath.Append(target, name) : target;
            _reporter.Tell($"Uploading {match.Path} to {remote}");
            isWhole &= match.IsDirectory && options.IsRecursive
                ? await uploader.DirectoryAsync(match.Path, remote).ConfigureAwait(false)
                : await uploader.FileAsync(match.Path, remote).ConfigureAwait(false);
        }

        return isWhole;
    }

    private async Task<bool> ChangeAttributesAsync(SftpArguments given)
    {
        bool isMode = given.Command == "chmod";
        if (given.Count == 0 || !TryNumber(given.Path(0), isMode, out uint number)) return Fail($"You must supply a numeric argument to the {given.Command} command.");
        if (given.Count == 1) return Fail($"You must specify a path after a {given.Command} command.");
        string what = given.Command switch { "chmod" => "mode", "chown" => "owner", _ => "group" };
        bool isWhole = true;
        foreach (string path in await FindOrTakeAsync(given.Patterns[1]).ConfigureAwait(false))
        {
            try
            {
                SftpAttributes wanted = new() { Permissions = number };
                if (!isMode)
                {
                    SftpAttributes now = await _client.StatAsync(path).ConfigureAwait(false);
                    if (now.Uid is null)
                    {
                        isWhole = Fail($"Can't get current ownership of remote file \"{path}\"");
                        continue;
                    }

                    wanted = given.Command == "chown" ? new() { Uid = number, Gid = now.Gid } : new() { Uid = now.Uid, Gid = number };
                }

                _reporter.Tell($"Changing {what} on {path}");
                await _client.SetAttributesAsync(path, wanted).ConfigureAwait(false);
            }
            catch (SftpException error)
            {
                isWhole = Fail($"remote setstat \"{path}\": {error.Message}");
            }
        }

        return isWhole;
    }

    private async Task<bool> RemoveAsync(SftpArguments given)
    {
        if (given.Count == 0) return Fail("You must specify a path after a rm command.");
        bool isWhole = true;
        foreach (string path in await FindOrTakeAsync(given.Patterns[0]).ConfigureAwait(false))
        {
            _reporter.Tell($"Removing {path}");
            try
            {
                await _client.RemoveFileAsync(path).ConfigureAwait(false);
            }
            catch (SftpException error)
            {
                isWhole = Fail($"remote delete {path}: {error.Message}");
            }
        }

        return isWhole;
    }

    private async Task<bool> RenameAsync(SftpArguments given)
    {
        if (given.Count < 2) return Fail("You must specify two paths after a rename command.");
        (string from, string to) = (RemotePath.Absolute(given.Path(0), Working), RemotePath.Absolute(given.Path(1), Working));
        return await DoAsync(() => _client.RenameAsync(from, to), $"remote rename \"{from}\" to \"{to}\"").ConfigureAwait(false);
    }

    private async Task<bool> LinkAsync(SftpArguments given)
    {
        if (given.Count < 2) return Fail($"You must specify two paths after a {given.Command} command.");
        string link = RemotePath.Absolute(given.Path(1), Working);
        if (given.Command == "symlink" || given.Has('s'))
        {
            string text = given.Path(0);
            return await DoAsync(() => _client.MakeSymbolicLinkAsync(text, link), $"remote symlink file \"{text}\" to \"{link}\"").ConfigureAwait(false);
        }

        string file = RemotePath.Absolute(given.Path(0), Working);
        return await DoAsync(() => _client.MakeHardLinkAsync(file, link), $"remote link \"{file}\" to \"{link}\"").ConfigureAwait(false);
    }

    private async Task<bool> OnPathAsync(SftpArguments given, Func<string, Task> action, string what)
    {
        if (given.Count == 0) return Fail($"You must specify a path after a {given.Command} command.");
        string path = RemotePath.Absolute(given.Path(0), Working);
        return await DoAsync(() => action(path), $"{what} \"{path}\"").ConfigureAwait(false);
    }

    private async Task<bool> DoAsync(Func<Task> action, string what)
    {
        try
        {
            await action().ConfigureAwait(false);
            return true;
        }
        catch (SftpException error)
        {
            return Fail($"{what}: {error.Message}");
        }
    }

    /// <summary>What a pattern stands for, or the path itself where there is nothing, so that the server says so.</summary>
    private async Task<IEnumerable<string>> FindOrTakeAsync(string word)
    {
        string pattern = RemotePath.Absolute(word, Glob.Escape(Working));
        List<GlobMatch> found = await Glob.FindAsync(_tree, pattern).ConfigureAwait(false);
        return found.Count == 0 ? [Glob.Unescape(pattern)] : found.Select(static match => match.Path.Length > 1 ? match.Path.TrimEnd('/') : match.Path);
    }

    private CopyOptions With(SftpArguments given) => _copies with
    {
        IsRecursive = _copies.IsRecursive || given.Has('r') || given.Has('R'),
        KeepsTimes = _copies.KeepsTimes || given.Has('p'),
        Syncs = _copies.Syncs || given.Has('f'),
    };

    // "get -r ." and "get -r .." copy what is in the directory, here and not above.
    private static string LocalName(string path) => RemotePath.BaseName(path) is string name && RemotePath.IsPlainName(name) ? name : ".";

    private static bool TryNumber(string text, bool isOctal, out uint number)
    {
        number = 0;
        const uint mostMode = 0xfff;
        if (!isOctal) return uint.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number);
        if (text.Length is 0 or > 5 || text.AsSpan().ContainsAnyExceptInRange('0', '7')) return false;
        number = Convert.ToUInt32(text, 8);
        return number <= mostMode;
    }

    private bool Fail(string line)
    {
        _reporter.Fail(line);
        return false;
    }
}
