using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>Whom and where the gate is: an account and a directory for nothing else, OpenSSH's.</summary>
internal static class GatePlace
{
    /// <summary>The directory that the gate is confined to.</summary>
    public const string Directory = "/run/sshd";

    private const string UserName = "sshd";
    private const uint GroupAndOthersWrite = 0b000_010_010;

    /// <summary>The account.</summary>
    /// <exception cref="FatalException">There is none.</exception>
    public static UserAccount Account() => Users.Find(UserName) ?? throw new FatalException($"Privilege separation user {UserName} does not exist", status: 255);

    /// <summary>Makes sure that the directory is there and that nobody but root can put anything into it.</summary>
    /// <exception cref="FatalException">It is not, or somebody can.</exception>
    public static void CheckDirectory()
    {
        if (!FileStatus.TryOfPath(Directory, out FileStatus status))
        {
            // A /run that is empty after each start of the machine is no reason not to start.
            System.IO.Directory.CreateDirectory(Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            status = FileStatus.OfPath(Directory);
        }

        if (!status.IsDirectory) throw new FatalException($"Missing privilege separation directory: {Directory}", status: 255);
        if (status.Uid != 0 || (status.Mode & GroupAndOthersWrite) != 0) throw new FatalException($"{Directory} must be owned by root and not group or world-writable.", status: 255);
    }
}
