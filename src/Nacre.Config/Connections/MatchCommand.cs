using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Config.Connections;

/// <summary>Runs the commands of Match exec: in our process group, so that Ctrl-C ends them with us.</summary>
internal static class MatchCommand
{
    /// <summary>Whether a command says yes, by leaving with status 0; it reads and writes nothing.</summary>
    /// <param name="command">A command line, with every token expanded.</param>
    /// <param name="note">Told why it could not be run.</param>
    public static bool Succeeds(string command, Action<string> note)
    {
        using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        try
        {
            return UserShell.Start(command, nothing, nothing).Exited.GetAwaiter().GetResult().ShellStatus == 0;
        }
        catch (UnixException failure)
        {
            note($"Match exec: {UserShell.Program}: {UnixException.Describe(failure.Errno)}");
            return false;
        }
    }
}
