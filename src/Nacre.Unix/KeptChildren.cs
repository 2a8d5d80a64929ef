using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>The children of a <see cref="SessionKeeper"/>: starts them as it is told, tells of their ends, and hangs up on those that are left.</summary>
/// <remarks>
/// Orders come from a process that has the user's rights and may be in the user's hands. So all that it chooses reaches the launcher only,
/// which becomes the user first: whose ids and which root directory is what root said before. A terminal comes as a descriptor, for root would
/// open any path. Signals are none of the keeper's business, as root's would reach whom the user's may not: whoever gives the orders sends them
/// by itself. For that a child that has ended is left to be reaped until its end was heard of, so that its number is nobody else's meanwhile.
/// Nothing here has a thread of its own: modules of PAM set things for the first thread alone, and its children have them from it.
/// </remarks>
internal sealed unsafe class KeptChildren(KeeperLine line, UserAccount account, string? root) : IDisposable
{
    /// <summary>More children than this one connection does not have, those included whose end nobody has heard of.</summary>
    public const int Most = 512;

    private readonly List<Child> children = [];
    private State state;

    /// <summary>Obeys until nobody gives orders any more.</summary>
    /// <exception cref="InvalidDataException">An order made no sense.</exception>
    public void Serve()
    {
        SignalDispositions.UnignoreIfIgnored((int)UnixSignal.CHLD);
        var given = new List<SafeFileHandle>();
        while (true)
        {
            if (!Wait())
                continue;
            try
            {
                if (line.Read(given) is not { } order)
                    return;
                Take(order, given);
            }
            finally
            {
                // Its programs alone have them from here on, or their pipes would not end with them.
                foreach (SafeFileHandle handle in given)
                    handle.Dispose();
                given.Clear();
            }
        }
    }

    /// <summary>Hangs up on what still runs, as a terminal does. A process of our own is waited for, since it is what the session is for.</summary>
    public void Dispose()
    {
        foreach (Child child in children)
        {
            if (!child.HasEnded)
                _ = Libc.kill(-child.Pid, (int)UnixSignal.HUP);
            if (state == State.Own)
                _ = ChildProcess.TryTakeEnd(child.Descriptor, Libc.WEXITED, out _);
            child.Handle.Dispose();
        }

        children.Clear();
    }

    // True when there is an order; ends of children are told at once.
    private bool Wait()
    {
        var entries = new Libc.PollEntry[children.Count + 1];
        entries[0] = new Libc.PollEntry { Descriptor = line.Descriptor, Events = Libc.POLLIN };
        for (int i = 0; i < children.Count; i++)
            entries[i + 1] = new Libc.PollEntry { Descriptor = children[i].HasEnded ? -1 : children[i].Descriptor, Events = Libc.POLLIN };
        fixed (Libc.PollEntry* first = entries)
        {
            if (Libc.poll(first, (nuint)entries.Length, -1) < 0)
                return Libc.LastErrno == Errno.EINTR ? false : throw UnixException.FromLast("wait for orders");
        }

        for (int i = 0; i < children.Count; i++)
        {
            if (entries[i + 1].Returned != 0)
                TellEnd(children[i]);
        }

        return entries[0].Returned != 0;
    }

    private void TellEnd(Child child)
    {
        if (!ChildProcess.TryTakeEnd(child.Descriptor, Libc.WEXITED | Libc.WNOHANG | Libc.WNOWAIT, out ChildExit exit))
            return;
        child.HasEnded = true;
        line.Write([KeeperFrame.Exited, "", KeeperFrame.Text(child.Pid), KeeperFrame.Text(exit.Status), KeeperFrame.Text((int)exit.Signal), exit.DumpedCore ? "1" : "0"]);
    }

    private void Take(CStrings order, List<SafeFileHandle> given)
    {
        switch (KeeperFrame.TextAt(order, 0))
        {
            case KeeperFrame.Serve when state == State.Roots:
                state = State.Users;
                break;
            case KeeperFrame.StartOwn when state == State.Roots:
                state = State.Own;
                Start(order, given, isOwn: true);
                break;
            case KeeperFrame.Start when state == State.Users:
                Start(order, given, isOwn: false);
                break;
            case KeeperFrame.Reap:
                Reap(KeeperFrame.NumberAt(order, 1));
                break;
            default:
                throw new InvalidDataException("A keeper was told what it does not do now.");
        }
    }

    private void Reap(int pid)
    {
        int index = children.FindIndex(child => child.Pid == pid && child.HasEnded);
        if (index < 0)
            return;
        Child ended = children[index];
        children.RemoveAt(index);
        _ = ChildProcess.TryTakeEnd(ended.Descriptor, Libc.WEXITED | Libc.WNOHANG, out _);
        ended.Handle.Dispose();
    }

    // The number that the answer carries; which of the standard streams have come, and whether they are a terminal; program, arguments, environment.
    private void Start(CStrings order, List<SafeFileHandle> given, bool isOwn)
    {
        string number = KeeperFrame.TextAt(order, 1);
        string streams = KeeperFrame.TextAt(order, 2);
        bool takesTerminal = KeeperFrame.TextAt(order, 3) == "1";
        int next = 5;
        CStrings arguments = KeeperFrame.TakeCounted(order, ref next);
        CStrings environment = KeeperFrame.TakeCounted(order, ref next);
        try
        {
            if (given.Count != streams.Length - streams.AsSpan().Count('0'))
                throw new UnixException(Errno.EMFILE, "take over the descriptors of a program");
            if (children.Count >= Most)
                throw new UnixException(Errno.EAGAIN, "start one more program of a connection");
            string program = KeeperFrame.TextAt(order, 4);
            Child child = Watched(Spawn.StartUnwatched(isOwn ? Own(program, arguments, given) : Launched(program, arguments, environment, Streams(streams, given), takesTerminal)));
            children.Add(child);
            line.Write([KeeperFrame.Started, "", number, KeeperFrame.Text(child.Pid)]);
        }
        catch (UnixException error)
        {
            line.Write([KeeperFrame.Started, error.Message, number, "0"]);
        }
    }

    private static Child Watched(int pid)
    {
        int descriptor = Libc.PidfdOpen(pid);
        if (descriptor >= 0)
            return new Child(pid, new SafeFileHandle(descriptor, ownsHandle: true));
        UnixException failure = UnixException.FromLast($"open process {pid}");
        ChildWatch.EndUnwatched(pid);
        throw failure;
    }

    private static SafeFileHandle?[] Streams(string present, List<SafeFileHandle> given)
    {
        var streams = new SafeFileHandle?[KeeperFrame.MostDescriptors];
        for (int i = 0, next = 0; i < Math.Min(present.Length, streams.Length); i++)
        {
            if (present[i] != '0' && next < given.Count)
                streams[i] = given[next++];
        }

        return streams;
    }

    // It has the environment of this process, which nobody but root has had a hand in.
    private static ProgramStart Own(string program, CStrings arguments, List<SafeFileHandle> given) =>
        new() { Path = program, Arguments = arguments, Extra = [.. given], LeadsSession = true };

    private ProgramStart Launched(string program, CStrings arguments, CStrings environment, SafeHandle?[] streams, bool takesTerminal)
    {
        var plan = new LaunchPlan
        {
            Program = program,
            Arguments = arguments,
            Uid = account.Uid,
            Gid = account.Gid,
            Root = root,

            // Within another root there is no file to execute again.
            StaysItself = root is not null && program == ProgramStart.OwnExecutable,
            Directory = account.Home,
            FallbackDirectory = "/",

            // What PAM has set holds.
            KeepsGroups = true,
            HasVeiledEnvironment = true,
            TakesTerminal = takesTerminal,
        };
        return new ProgramStart
        {
            Path = ProgramStart.OwnExecutable,
            Arguments = plan.ToArguments(ProgramStart.OwnExecutable),
            Environment = LaunchPlan.Veil(environment),
            Input = streams[0],
            Output = streams[1],
            Error = streams[2],
            LeadsSession = true,
        };
    }

    /// <summary>Who gives orders: root first, which says who does from then on.</summary>
    private enum State
    {
        Roots,
        Users,
        Own,
    }

    private sealed class Child(int pid, SafeFileHandle handle)
    {
        public int Pid => pid;

        public SafeFileHandle Handle => handle;

        public int Descriptor => (int)handle.DangerousGetHandle();

        /// <summary>True once its end has been told.</summary>
        public bool HasEnded { get; set; }
    }
}
