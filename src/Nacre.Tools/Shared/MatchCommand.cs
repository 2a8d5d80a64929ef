using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

/// <summary>Runs the commands of Match exec: in our process group, so that Ctrl-C ends them with us.</summary>
internal static class MatchCommand
{
    /// <summary>Whether a command says yes, by leaving with status 0; it reads and writes nothing.</summary>
    public static bool Succeeds(string command)
    {
        using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        try
        {
            return UserShell.StartInstead(command, nothing, nothing).Exited.GetAwaiter().GetResult().ShellStatus == 0;
        }
        catch (UnixException failure)
        {
            Console.Error.WriteLine($"Match exec: {UserShell.Program}: {UnixException.Describe(failure.Errno)}");
            return false;
        }
    }
}
