using Nacre.Protocol.Wire;
using Nacre.Tools.Sshd.Logins;
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

    /// <summary>Starts it within PAM's session for a user, which is opened first; what is sent to it meanwhile waits for it.</summary>
    public static (Task<IRunningProgram> Process, ProcessLink Link) StartWithin(KeptSession.Wanted wanted, string verb, string title, SshdLog log)
    {
        (LinkEnd own, LinkEnd other) = LinkEnd.CreatePair();
        return (StartWithinAsync(wanted, other, ["nacre", verb, title], log), new ProcessLink(own, takesDescriptors: false));
    }

    private static async Task<IRunningProgram> StartWithinAsync(KeptSession.Wanted wanted, LinkEnd other, CStrings arguments, SshdLog log)
    {
        using (other)
        {
            KeptSession session = await KeptSession.OpenAsync(ProgramStart.OwnExecutable, wanted, streams: null, [other.Reading, other.Writing], CancellationToken.None).ConfigureAwait(false);
            CStrings environment = PamSurroundings.For(session);
            if (session.Fault is null) return await session.StartAsync(ProgramStart.OwnExecutable, arguments, environment, terminal: null, extraCount: 2, CancellationToken.None).ConfigureAwait(false);

            // The user may be let in all the same, and hears why there is no program.
            log.Error($"{Printable.Escape(session.Fault)} (user {Printable.Escape(wanted.User)})");
            await session.DisposeAsync().ConfigureAwait(false);
            return Spawn.Start(new ProgramStart { Path = ProgramStart.OwnExecutable, Arguments = arguments, Environment = environment, LeadsSession = true, Extra = [other.Reading, other.Writing] });
        }
    }

    /// <summary>How a process ended, for the log.</summary>
    public static string Describe(ChildExit exit) => exit.IsBySignal ? $"by signal {exit.Signal}" : $"with status {exit.Status}";
}
