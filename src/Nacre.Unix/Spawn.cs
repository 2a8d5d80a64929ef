using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>Starts programs by posix_spawn, which forks where no managed code runs.</summary>
/// <remarks>
/// Every child starts as from a login: all signals at their default and unblocked (the runtime ignores SIGPIPE), the limit of open
/// files as it was before the runtime raised it, and no descriptors but those it is meant to have.
/// </remarks>
internal static unsafe class Spawn
{
    private static readonly Lock Ignoring = new();

    /// <summary>Starts a program and watches for its end.</summary>
    /// <exception cref="UnixException">The program cannot be executed, or its directory or terminal cannot be opened.</exception>
    public static ChildProcess Start(ProgramStart start)
    {
        ChildWatch watch = ChildWatch.Shared;
        bool leadsGroup = start.LeadsSession || start.LeadsGroup || start.ControllingTerminal is not null;
        return watch.Add(StartUnwatched(start), leadsGroup);
    }

    /// <summary>Starts a program whose end the caller sees to, and returns its number.</summary>
    /// <inheritdoc cref="Start"/>
    public static int StartUnwatched(ProgramStart start)
    {
        using var sources = new Sources(start);
        byte* actions = stackalloc byte[Libc.SpawnStructureBytes];
        byte* attributes = stackalloc byte[Libc.SpawnStructureBytes];
        CheckSpawn(Libc.posix_spawn_file_actions_init(actions), start);
        try
        {
            AddActions(actions, start, sources);
            CheckSpawn(Libc.posix_spawnattr_init(attributes), start);
            SetAttributes(attributes, start);
            int pid = Execute(start, actions, attributes);
            OomScore.Unprotect(pid);
            return pid;
        }
        finally
        {
            _ = Libc.posix_spawnattr_destroy(attributes);
            _ = Libc.posix_spawn_file_actions_destroy(actions);
        }
    }

    /// <summary>Whether this process may enter a directory, so that a program can be started there.</summary>
    public static bool CanEnter(string directory)
    {
        const int mayExecute = 1;
        return FileStatus.TryOfPath(directory, out FileStatus status) && status.IsDirectory && Libc.access(directory, mayExecute) == 0;
    }

    private static void AddActions(byte* actions, ProgramStart start, Sources sources)
    {
        for (int target = 0; target < sources.Count; target++)
        {
            int source = sources[target];
            int error;
            if (target < 3 && start.ControllingTerminal is { } terminal)
            {
                error = target == 0 ? AddTerminal(actions, terminal, start.TerminalDirectory) : Libc.posix_spawn_file_actions_adddup2(actions, 0, target);
            }
            else if (source == Sources.Nothing)
            {
                int mode = target == 0 ? Libc.O_RDONLY : Libc.O_WRONLY;
                error = Libc.posix_spawn_file_actions_addopen(actions, target, "/dev/null", mode, 0);
            }
            else
            {
                error = Libc.posix_spawn_file_actions_adddup2(actions, source, target);
            }
            CheckSpawn(error, start);
        }
        CheckSpawn(Libc.posix_spawn_file_actions_addclosefrom_np(actions, sources.Count), start);
        if (start.WorkingDirectory is { } directory)
            CheckSpawn(Libc.posix_spawn_file_actions_addchdir_np(actions, directory), start);
    }

    // The first terminal that a session leader opens becomes its controlling terminal.
    private static int AddTerminal(byte* actions, string terminal, SafeHandle? directory)
    {
        if (directory is null)
            return Libc.posix_spawn_file_actions_addopen(actions, 0, terminal, Libc.O_RDWR, 0);
        int error = Libc.posix_spawn_file_actions_addfchdir_np(actions, (int)directory.DangerousGetHandle());
        return error != 0 ? error : Libc.posix_spawn_file_actions_addopen(actions, 0, Path.GetFileName(terminal), Libc.O_RDWR, 0);
    }

    private static void SetAttributes(byte* attributes, ProgramStart start)
    {
        byte* all = stackalloc byte[Libc.SpawnStructureBytes];
        byte* none = stackalloc byte[Libc.SpawnStructureBytes];
        // Not sigfillset, which leaves out the two that the C library keeps for itself: those it would then set to be ignored.
        new Span<byte>(all, Libc.SpawnStructureBytes).Fill(0xff);
        if (start.IgnoresInterrupts)
            all[0] &= unchecked((byte)~(1 << ((int)UnixSignal.INT - 1)));
        _ = Libc.sigemptyset(none);
        CheckSpawn(Libc.posix_spawnattr_setsigdefault(attributes, all), start);
        CheckSpawn(Libc.posix_spawnattr_setsigmask(attributes, none), start);

        short flags = Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK;
        if (start.LeadsSession || start.ControllingTerminal is not null)
            flags |= Libc.POSIX_SPAWN_SETSID;
        else if (start.LeadsGroup)
            flags |= Libc.POSIX_SPAWN_SETPGROUP;
        CheckSpawn(Libc.posix_spawnattr_setflags(attributes, flags), start);
        CheckSpawn(Libc.posix_spawnattr_setpgroup(attributes, 0), start);
    }

    private static int Execute(ProgramStart start, byte* actions, byte* attributes)
    {
        using CStrings.NativeCopy arguments = start.Arguments.ToNative();
        using CStrings.NativeCopy environment = (start.Environment ?? CStrings.OwnEnvironment()).ToNative();
        var call = new Call
        {
            Path = start.Path,
            IsSearched = start.IsSearched,
            Actions = actions,
            Attributes = attributes,
            Arguments = arguments.Pointers,
            Environment = environment.Pointers,
        };
        if (!start.IgnoresInterrupts)
        {
            CheckSpawn(OpenFileLimit.WhileInherited(ref call), start);
            return call.Pid;
        }

        // What is ignored stays so in a child, unlike what is handled.
        lock (Ignoring)
        {
            byte* handled = stackalloc byte[Libc.SpawnStructureBytes];
            SignalDispositions.Ignore((int)UnixSignal.INT, handled);
            int error = OpenFileLimit.WhileInherited(ref call);
            SignalDispositions.Restore((int)UnixSignal.INT, handled);
            CheckSpawn(error, start);
            return call.Pid;
        }
    }

    private static void CheckSpawn(int error, ProgramStart start)
    {
        if (error != 0)
            throw new UnixException((Errno)error, $"start {start.Path}");
    }

    private ref struct Call : OpenFileLimit.IStart
    {
        public string Path;
        public bool IsSearched;
        public byte* Actions;
        public byte* Attributes;
        public byte** Arguments;
        public byte** Environment;

        public int Pid { get; private set; }

        public int Run()
        {
            int pid;
            using FileModeMask.Standing umask = FileModeMask.PutBack();
            int error = IsSearched
                ? Libc.posix_spawnp(&pid, Path, Actions, Attributes, Arguments, Environment)
                : Libc.posix_spawn(&pid, Path, Actions, Attributes, Arguments, Environment);
            Pid = pid;
            return error;
        }
    }

    /// <summary>The descriptor for each number of the child, held open until it has started.</summary>
    private sealed class Sources : IDisposable
    {
        public const int Nothing = -1;

        private readonly int[] numbers;
        private readonly SafeHandle?[] handles;
        private readonly List<SafeHandle> copies = [];
        private int held;

        public Sources(ProgramStart start)
        {
            handles = [start.Input, start.Output, start.Error, .. start.Extra];
            numbers = new int[handles.Length];
            try
            {
                for (; held < handles.Length; held++)
                    numbers[held] = Hold(handles[held], held);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public int Count => numbers.Length;

        public int this[int target] => numbers[target];

        public void Dispose()
        {
            foreach (SafeHandle copy in copies)
                copy.Dispose();
            while (held > 0)
                handles[--held]?.DangerousRelease();
        }

        private int Hold(SafeHandle? handle, int target)
        {
            if (handle is null)
                return Nothing;
            bool isHeld = false;
            handle.DangerousAddRef(ref isHeld);
            int number = (int)handle.DangerousGetHandle();
            if (number >= handles.Length || number == target)
                return number;

            // It has a number that the child needs for something else: it would be overwritten before it is copied.
            SafeHandle copy = Descriptors.Duplicate(number, handles.Length);
            copies.Add(copy);
            return (int)copy.DangerousGetHandle();
        }
    }
}
