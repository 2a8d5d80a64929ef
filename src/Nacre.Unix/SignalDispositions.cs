namespace Nacre.Unix;

/// <summary>What this process does on a signal, as far as programs that it starts or becomes inherit it.</summary>
internal static unsafe class SignalDispositions
{
    private const int LastSignal = 64;
    private const nint Default = 0;
    private const nint Ignored = 1;

    /// <summary>
    /// Sets every ignored signal back to its default, for the program that this process is about to become: execve(2) keeps what is
    /// ignored and resets what has a handler. Handlers stay, for the runtime needs its own until then.
    /// </summary>
    public static void UnignoreAll()
    {
        for (int signal = 1; signal <= LastSignal; signal++)
            UnignoreIfIgnored(signal);
    }

    /// <summary>Whether this process was told to ignore a signal, as nohup(1) does, and has not decided otherwise.</summary>
    public static bool IsIgnored(UnixSignal signal)
    {
        byte* action = stackalloc byte[Libc.SpawnStructureBytes];
        return Libc.sigaction((int)signal, null, action) == 0 && *(nint*)action == Ignored;
    }

    public static void UnignoreIfIgnored(int signal)
    {
        byte* action = stackalloc byte[Libc.SpawnStructureBytes];
        if (Libc.sigaction(signal, null, action) != 0 || *(nint*)action != Ignored)
            return;
        new Span<byte>(action, Libc.SpawnStructureBytes).Clear();
        *(nint*)action = Default;
        _ = Libc.sigaction(signal, action, null);
    }

    /// <summary>Ignores a signal until <see cref="Restore"/>; what was done on it is kept in a buffer of the size of a signal action.</summary>
    internal static void Ignore(int signal, byte* before)
    {
        byte* action = stackalloc byte[Libc.SpawnStructureBytes];
        new Span<byte>(action, Libc.SpawnStructureBytes).Clear();
        *(nint*)action = Ignored;
        _ = Libc.sigaction(signal, action, before);
    }

    internal static void Restore(int signal, byte* before) => _ = Libc.sigaction(signal, before, null);

    /// <summary>Unblocks all signals of the calling thread, which a program keeps when this process becomes it.</summary>
    public static void UnblockAll()
    {
        const int setMask = 2;
        byte* none = stackalloc byte[Libc.SpawnStructureBytes];
        _ = Libc.sigemptyset(none);
        _ = Libc.sigprocmask(setMask, none, null);
    }
}
