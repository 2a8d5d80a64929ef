using Nacre.Config.Connections;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.Sftp;

/// <summary>The commands of sftp that concern this machine.</summary>
internal sealed class LocalCommands(Reporter reporter)
{
    private const uint MostMask = 0x1ff;

    public Task<bool> ChangeDirectory(SftpArguments given, CancellationToken ct)
    {
        string path = given.Count > 0 && given.Path(0).Length > 0 ? given.Path(0) : "~";
        if (path[0] == '~' && !TryExpandTilde(ref path)) return Task.FromResult(Fail($"Couldn't change local directory to \"{path}\": No such user"));
        return Task.FromResult(Try(() => Directory.SetCurrentDirectory(path), $"Couldn't change local directory to \"{path}\"", path));
    }

    public Task<bool> PrintDirectory(SftpArguments given, CancellationToken ct)
    {
        reporter.Print($"Local working directory: {Environment.CurrentDirectory}");
        return Task.FromResult(true);
    }

    public Task<bool> MakeDirectory(SftpArguments given, CancellationToken ct)
    {
        string path = given.Path(0);
        string what = $"Couldn't create local directory \"{path}\"";
        if (Path.Exists(path)) return Task.FromResult(Fail($"{what}: File exists"));
        string? parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is not null && !Directory.Exists(parent)) return Task.FromResult(Fail($"{what}: No such file or directory"));
        return Task.FromResult(Try(() => Directory.CreateDirectory(path), what, path));
    }

    public Task<bool> SetModeMask(SftpArguments given, CancellationToken ct)
    {
        SftpLine.TryNumber(given.Patterns[0], isOctal: true, out uint mask);
        _ = Prctl.SetFileModeMask(mask & MostMask);
        reporter.Print($"Local umask: {Convert.ToString(mask, 8).PadLeft(3, '0')}");
        return Task.FromResult(true);
    }

    /// <summary>Runs ls through the shell, which finds the patterns in its words.</summary>
    public Task<bool> ListAsync(SftpArguments given, CancellationToken ct) => ShellAsync(given.Rest.Length > 0 ? $"ls {given.Rest}" : "ls");

    /// <summary>Runs a command, or a shell to type in.</summary>
    public Task<bool> RunShellAsync(SftpArguments given, CancellationToken ct) => ShellAsync(given.Rest);

    // How the command ends is told but fails nothing, as with OpenSSH.
    private async Task<bool> ShellAsync(string command)
    {
        string shell = UserShell.Program;
        try
        {
            int status = await new ProgramCall(shell, command.Length > 0 ? [shell, "-c", command] : [shell]).RunAsync().ConfigureAwait(false);
            if (status != 0) reporter.Fail($"Shell exited with status {status}");
            return true;
        }
        catch (UnixException error)
        {
            return Fail($"Couldn't execute \"{shell}\": {UnixException.Describe(error.Errno)}");
        }
    }

    // ~ is the home directory of whoever runs this, ~name that of somebody.
    private static bool TryExpandTilde(ref string path)
    {
        int end = path.IndexOf('/', StringComparison.Ordinal) is > 0 and int slash ? slash : path.Length;
        string user = path[1..end];
        string? home = user.Length > 0 ? Users.Find(user)?.Home : Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } named ? named : Users.Current?.Home;
        if (home is null) return false;
        path = home + path[end..];
        return true;
    }

    private bool Try(Action action, string what, string path)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            return Fail($"{what}: {LocalFault.Describe(error, path)}");
        }
    }

    private bool Fail(string line)
    {
        reporter.Fail(line);
        return false;
    }
}
