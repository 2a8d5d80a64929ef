using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>A session of PAM that a process of its own, the <see cref="SessionKeeper"/>, keeps open for as long as somebody holds the line to it.</summary>
/// <remarks>This is its side that opens the session, as root. Whose programs are started in it has the line afterwards: <see cref="KeptPrograms"/>.</remarks>
internal sealed class KeptSession : IDisposable
{
    private readonly Socket line;
    private readonly ChildProcess keeper;
    private Answer answer = new("PAM: the process that was to open the session has ended", "", false, [], []);

    private KeptSession(Socket line, ChildProcess keeper) => (this.line, this.keeper) = (line, keeper);

    /// <summary>Why the session could not be opened; null when it is open.</summary>
    public string? Fault => answer.Fault.Length > 0 ? answer.Fault : null;

    /// <summary>What modules have to tell the user, line by line.</summary>
    public string Messages => answer.Messages;

    /// <summary>The variables that modules set for the user's programs.</summary>
    public CStrings Environment => answer.Environment;

    /// <summary>The groups that programs have in it.</summary>
    public IReadOnlyList<uint> Groups => answer.Groups;

    /// <summary>True where modules have set the keeper apart from the rest of the machine in ways that whoever acts for the user must share.</summary>
    public bool IsApart => answer.IsApart;

    /// <summary>The keeper's number.</summary>
    public int Pid => keeper.Pid;

    /// <summary>Completes when the session is closed, and the keeper with it.</summary>
    public Task<ChildExit> Closed => keeper.Exited;

    /// <summary>Has a session opened.</summary>
    /// <param name="executable">Our own.</param>
    /// <param name="wanted">Whose session, and of which service.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="UnixException">The keeper could not be started.</exception>
    public static async Task<KeptSession> OpenAsync(string executable, Wanted wanted, CancellationToken ct)
    {
        (SafeFileHandle own, SafeFileHandle theirs) = Descriptors.CreateSocketPair();
        var line = new Socket(new SafeSocketHandle(Descriptors.Release(own), ownsHandle: true));
        try
        {
            ChildProcess keeper;
            using (theirs)
            {
                keeper = Spawn.Start(new ProgramStart { Path = executable, Arguments = ["nacre", SessionKeeper.Verb, wanted.User], Extra = [theirs], LeadsSession = true });
            }

            var session = new KeptSession(line, keeper);
            await KeeperFrame.SendAsync(line, wanted.ToStrings(), [], ct).ConfigureAwait(false);
            if (await KeeperFrame.ReceiveAsync(line, ct).ConfigureAwait(false) is { } frame) session.answer = Answer.Read(frame);
            return session;
        }
        catch (InvalidDataException)
        {
            line.Dispose();
            throw KeeperFrame.Gone();
        }
        catch
        {
            line.Dispose();
            throw;
        }
    }

    /// <summary>The line, to give to whoever serves the user after <see cref="Serve"/>. It stays this object's.</summary>
    public SafeHandle Line => line.SafeHandle;

    /// <summary>Has the keeper take orders from a user from now on.</summary>
    /// <exception cref="UnixException">The keeper has gone.</exception>
    public void Serve()
    {
        // The line is empty, and has room for a few bytes.
        byte[] frame = KeeperFrame.Of([KeeperFrame.Serve]);
        if (!DescriptorPassing.TrySend(line, frame, [], out int sent) || sent < frame.Length) throw KeeperFrame.Gone();
    }

    /// <summary>Has the keeper take orders from this very process, whose end is the session's.</summary>
    /// <exception cref="UnixException">The keeper has gone.</exception>
    public KeptPrograms ServeHere()
    {
        Serve();
        return new KeptPrograms(line);
    }

    /// <summary>Starts a process of our own within the session, as root, which ends the session when it ends.</summary>
    /// <param name="arguments">Its arguments from argv[0] on.</param>
    /// <param name="extra">What it has from 3 on.</param>
    /// <exception cref="UnixException">It could not be started.</exception>
    public async Task<IRunningProgram> StartOwnAsync(CStrings arguments, IReadOnlyList<SafeHandle> extra)
    {
        var programs = new KeptPrograms(line);
        try
        {
            IRunningProgram program = await programs.StartOwnAsync(arguments, extra).ConfigureAwait(false);
            _ = EndWithAsync(program, programs);
            return program;
        }
        catch
        {
            programs.Dispose();
            throw;
        }
    }

    /// <summary>Lets the line go here: when nobody else holds it, the session is closed.</summary>
    public void Dispose() => line.Dispose();

    private static async Task EndWithAsync(IRunningProgram program, KeptPrograms programs)
    {
        await program.Exited.ConfigureAwait(false);
        programs.Dispose();
    }

    /// <summary>Whose session is wanted.</summary>
    /// <param name="Service">The name of the file in /etc/pam.d.</param>
    /// <param name="User">The user, who has been let in, by the name that they gave.</param>
    /// <param name="RemoteHost">Where the user comes from.</param>
    /// <param name="Account">What programs become.</param>
    /// <param name="Root">The directory that is their root directory; null for the machine's.</param>
    /// <param name="Variables">What modules find in their environment.</param>
    internal sealed record Wanted(string Service, string User, string RemoteHost, UserAccount Account, string? Root, CStrings Variables)
    {
        public CStrings ToStrings()
        {
            CStrings strings = [Service, User, RemoteHost, Account.Name, KeeperFrame.Text(Account.Uid), KeeperFrame.Text(Account.Gid), Account.Home, Root ?? ""];
            KeeperFrame.AddCounted(strings, Variables);
            return strings;
        }

        public static Wanted Read(CStrings strings)
        {
            var account = new UserAccount(KeeperFrame.TextAt(strings, 3), KeeperFrame.IdAt(strings, 4), KeeperFrame.IdAt(strings, 5), "", KeeperFrame.TextAt(strings, 6), "");
            string root = KeeperFrame.TextAt(strings, 7);
            int next = 8;
            return new Wanted(KeeperFrame.TextAt(strings, 0), KeeperFrame.TextAt(strings, 1), KeeperFrame.TextAt(strings, 2), account, root.Length > 0 ? root : null, KeeperFrame.TakeCounted(strings, ref next));
        }
    }

    /// <summary>What has come of it.</summary>
    internal sealed record Answer(string Fault, string Messages, bool IsApart, IReadOnlyList<uint> Groups, CStrings Environment)
    {
        public CStrings ToStrings()
        {
            CStrings strings = [KeeperFrame.Opened, Fault, Messages, IsApart ? "1" : "0"];
            CStrings groups = [];
            foreach (uint group in Groups) groups.Add(KeeperFrame.Text(group));
            KeeperFrame.AddCounted(strings, groups);
            KeeperFrame.AddCounted(strings, Environment);
            return strings;
        }

        public static Answer Read(CStrings strings)
        {
            int next = 4;
            CStrings groups = KeeperFrame.TakeCounted(strings, ref next);
            uint[] ids = new uint[groups.Count];
            for (int i = 0; i < ids.Length; i++) ids[i] = KeeperFrame.IdAt(groups, i);
            return new Answer(KeeperFrame.TextAt(strings, 1), KeeperFrame.TextAt(strings, 2), KeeperFrame.TextAt(strings, 3) == "1", ids, KeeperFrame.TakeCounted(strings, ref next));
        }
    }
}
