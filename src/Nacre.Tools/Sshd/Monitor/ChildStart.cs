using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>Starts a process of the monitor's own program, with one end of a link to it.</summary>
internal static class ChildStart
{
    // Not its path: what lies there by now may speak another version of what they say to each other.
    private const string OwnExecutable = "/proc/self/exe";

    /// <summary>Starts it.</summary>
    /// <param name="verb">What it is to be.</param>
    /// <param name="title">What lists of processes show behind that.</param>
    /// <exception cref="UnixException">There is no room for another process.</exception>
    public static (ChildProcess Process, ProcessLink Link) Start(string verb, string title)
    {
        (SafeFileHandle own, SafeFileHandle other) = Descriptors.CreateSocketPair();
        using (other)
        {
            try
            {
                ChildProcess process = Spawn.Start(new ProgramStart { Path = OwnExecutable, Arguments = ["nacre", verb, title], LeadsSession = true, Extra = [other] });
                return (process, new ProcessLink(own, takesDescriptors: false));
            }
            catch (UnixException)
            {
                own.Dispose();
                throw;
            }
        }
    }

    /// <summary>How a process ended, for the log.</summary>
    public static string Describe(ChildExit exit) => exit.IsBySignal ? $"by signal {exit.Signal}" : $"with status {exit.Status}";
}
