using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>Starts a process of the monitor's own program, with one end of a link to it.</summary>
internal static class ChildStart
{
    /// <summary>Starts it.</summary>
    /// <param name="verb">What it is to be.</param>
    /// <param name="title">What lists of processes show behind that.</param>
    /// <exception cref="UnixException">There is no room for another process.</exception>
    public static (ChildProcess Process, ProcessLink Link) Start(string verb, string title)
    {
        (LinkEnd own, LinkEnd other) = LinkEnd.CreatePair();
        using (other)
        {
            try
            {
                ChildProcess process = Spawn.Start(new ProgramStart { Path = ProgramStart.OwnExecutable, Arguments = ["nacre", verb, title], LeadsSession = true, Extra = [other.Reading, other.Writing] });
                return (process, new ProcessLink(own, takesDescriptors: false));
            }
            catch (UnixException)
            {
                own.Dispose();
                throw;
            }
        }
    }

    /// <summary>Starts it within a session of PAM, which it ends with its own end; what is sent to it meanwhile waits for it.</summary>
    public static (Task<IRunningProgram> Process, ProcessLink Link) StartWithin(KeptSession session, string verb, string title)
    {
        (LinkEnd own, LinkEnd other) = LinkEnd.CreatePair();
        return (StartWithinAsync(session, other, ["nacre", verb, title]), new ProcessLink(own, takesDescriptors: false));
    }

    private static async Task<IRunningProgram> StartWithinAsync(KeptSession session, LinkEnd other, CStrings arguments)
    {
        using (other) return await session.StartOwnAsync(arguments, [other.Reading, other.Writing]).ConfigureAwait(false);
    }

    /// <summary>How a process ended, for the log.</summary>
    public static string Describe(ChildExit exit) => exit.IsBySignal ? $"by signal {exit.Signal}" : $"with status {exit.Status}";
}
