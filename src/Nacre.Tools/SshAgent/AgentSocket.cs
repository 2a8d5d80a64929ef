using System.Net.Sockets;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.SshAgent;

/// <summary>The socket of an agent, and the directory that was made for it alone; removes both when the agent ends.</summary>
internal sealed class AgentSocket
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const uint SocketMode = 0b110_000_000;
    private const int RandomLength = 12;

    private const char SocketAlone = 'S', WithDirectory = 'D';

    private readonly string? _directory;

    private AgentSocket(Socket listening, string path, string? directory) => (Listening, Path, _directory) = (listening, path, directory);

    public Socket Listening { get; }

    /// <summary>Where it is; empty for one that was passed on, which is its maker's to remove.</summary>
    public string Path { get; }

    /// <summary>Where agents' sockets are by themselves.</summary>
    public static string HomeDirectory => System.IO.Path.Join(Home, ".ssh", "agent");

    private static string Home => Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home
        ? home
        : Users.Current?.Home ?? throw new FatalException("Couldn't determine home directory");

    /// <summary>Listens where the command line wants it.</summary>
    /// <exception cref="FatalException">It cannot.</exception>
    public static AgentSocket Make(AgentSettings settings)
    {
        if (settings.SocketPath is { } chosen) return ListenOrFail(chosen, directory: null);
        if (settings.IsInTemporaryDirectory) return MakeInTemporaryDirectory();
        try
        {
            string directory = HomeDirectory;
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(directory)!, OwnerOnly);
            Directory.CreateDirectory(directory, OwnerOnly);
            return Listen(System.IO.Path.Join(directory, AgentSocketName.New("agent")), directory: null);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Such as a home that cannot be written, or whose name leaves no room for that of a socket.
            Console.Error.WriteLine($"ssh-agent: no socket in {HomeDirectory} ({LocalFault.Describe(refused, HomeDirectory)}); it is made in the directory for temporary files");
            return MakeInTemporaryDirectory();
        }
    }

    /// <summary>The socket that this process was started with; null where there is none.</summary>
    /// <exception cref="FatalException">There is something else.</exception>
    public static AgentSocket? TakePassed()
    {
        try
        {
            IReadOnlyList<Socket> passed = PassedSockets.Take(isUnix: true);
            if (passed.Count > 1) throw new FatalException($"unexpected LISTEN_FDS: {passed.Count} sockets were passed on where an agent has one");
            return passed.Count == 0 ? null : new AgentSocket(passed[0], "", directory: null);
        }
        catch (InvalidDataException wrong)
        {
            throw new FatalException(wrong.Message);
        }
    }

    /// <summary>What a successor needs to know to go on with the socket.</summary>
    public string Role => $"{(_directory is null ? SocketAlone : WithDirectory)}{System.IO.Path.GetFullPath(Path)}";

    /// <summary>The socket that the process before this one has made.</summary>
    public static AgentSocket Adopt(string role)
    {
        int descriptor = Descriptors.Release(Descriptors.Adopt(Daemon.FirstExtra));
        string path = role[1..];
        return new AgentSocket(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)), path, role[0] == WithDirectory ? System.IO.Path.GetDirectoryName(path) : null);
    }

    /// <summary>Removes sockets in ~/.ssh/agent that nobody listens at and that are older than an hour.</summary>
    /// <param name="isAllHosts">Also those that other hosts have made, whose listeners cannot be asked from here.</param>
    public static void RemoveStale(bool isAllHosts)
    {
        string prefix = isAllHosts ? "s." : AgentSocketName.HostPrefix;
        long latest = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds();
        try
        {
            foreach (string path in Directory.EnumerateFiles(HomeDirectory, prefix + "*"))
            {
                if (FileStatus.TryOfLink(path, out FileStatus status) && status.IsSocket && status.ModificationTime <= latest && IsDeserted(path)) File.Delete(path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost by sockets that stay.
        }
    }

    public void Remove()
    {
        Listening.Dispose();
        if (Path.Length == 0) return;
        try
        {
            File.Delete(Path);
            if (_directory is not null) Directory.Delete(_directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody else has removed it, or put something beside it.
        }
    }

    private static AgentSocket MakeInTemporaryDirectory()
    {
        string parent = Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 } named ? named : "/tmp";
        string directory = System.IO.Path.Join(parent, $"ssh-{AgentSocketName.Random(RandomLength)}");
        try
        {
            if (System.IO.Path.Exists(directory)) throw new FatalException($"mkdtemp: private socket dir: {directory} is there already", status: 1);
            Directory.CreateDirectory(directory, OwnerOnly);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"mkdtemp: private socket dir: {LocalFault.Describe(refused, directory)}", status: 1);
        }

        return ListenOrFail(System.IO.Path.Join(directory, $"agent.{Environment.ProcessId}"), directory);
    }

    private static AgentSocket ListenOrFail(string path, string? directory)
    {
        try
        {
            return Listen(path, directory);
        }
        catch (UnixException refused)
        {
            if (directory is not null) Directory.Delete(directory);
            throw new FatalException($"unix_listener: cannot bind to path {path}: {UnixException.Describe(refused.Errno)}", status: 1);
        }
    }

    private static AgentSocket Listen(string path, string? directory) => new(UnixSocket.Listen(path, SocketMode, replaces: false, rights: null), path, directory);

    private static bool IsDeserted(string path)
    {
        try
        {
            UnixSocket.Connect(path, rights: null).Dispose();
            return false;
        }
        catch (UnixException refused)
        {
            return refused.Errno == Errno.ECONNREFUSED;
        }
    }
}
