using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>A pseudo-terminal, held by its master: <see cref="ProgramStart.ControllingTerminal"/> gives its other end to a program.</summary>
/// <remarks>The kernel removes the terminal when its master is closed, and sends SIGHUP to the session that has it.</remarks>
internal sealed unsafe class Pty : IDisposable
{
    private const string Directory = "/dev/pts";

    private SafeHandle master;

    private Pty(SafeFileHandle master, string name)
    {
        this.master = master;
        Name = name;
    }

    /// <summary>The path of the terminal, such as /dev/pts/3.</summary>
    public string Name { get; }

    /// <summary>The master, to hand to another process.</summary>
    public SafeHandle Master => master;

    public TerminalSize Size
    {
        get => TerminalSize.Of(Descriptor);
        set => value.Apply(Descriptor);
    }

    public Termios Modes
    {
        get => Termios.Of(Descriptor);
        set => value.Apply(Descriptor, Termios.When.Now);
    }

    private int Descriptor => (int)master.DangerousGetHandle();

    /// <summary>Makes a new pseudo-terminal.</summary>
    public static Pty Open()
    {
        int descriptor = Libc.Check(Libc.posix_openpt(Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC), "open a pseudo-terminal");
        var master = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            Libc.Check(Libc.grantpt(descriptor), "grant a pseudo-terminal");
            Libc.Check(Libc.unlockpt(descriptor), "unlock a pseudo-terminal");
            return new Pty(master, NameOf(descriptor));
        }
        catch
        {
            master.Dispose();
            throw;
        }
    }

    /// <summary>Takes over the master of a pseudo-terminal that another process made.</summary>
    public static Pty FromMaster(SafeFileHandle master) => new(master, NameOf((int)master.DangerousGetHandle()));

    /// <summary>
    /// The directory of all terminals by a mount of its own, which ".." does not lead out of: for a process that enters another root directory and
    /// will start programs at terminals from there. Null where the kernel or a container has no such mounts.
    /// </summary>
    public static SafeFileHandle? OpenDirectory()
    {
        int descriptor = Libc.OpenTree(Directory);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Opens the terminal itself, without taking it as this process's own: while it is open, the stream of the master does not end.</summary>
    /// <remarks>By its master and not by its name, which leads nowhere within another root directory.</remarks>
    public SafeFileHandle OpenTerminal() =>
        new(Libc.Check(Libc.ioctl(Descriptor, Libc.TIOCGPTPEER, (void*)(Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC)), $"open {Name}"), ownsHandle: true);

    /// <summary>The stream of the master, which from then on owns the descriptor; this object still sets size and modes.</summary>
    public DescriptorStream OpenStream()
    {
        if (master is not SafeFileHandle file)
            throw new InvalidOperationException("The stream of a pseudo-terminal was opened already.");
        var stream = new DescriptorStream(file);
        master = stream.Handle;
        return stream;
    }

    /// <summary>
    /// Gives the terminal to its user as root: the group is tty with mode 0620, so that write(1) and wall(1) reach it and nobody
    /// reads it, or where there is no such group the user's own with mode 0622.
    /// </summary>
    public void GiveTo(uint uid, uint gid) => Give(Name, uid, gid);

    /// <inheritdoc cref="GiveTo"/>
    public static void Give(string name, uint uid, uint gid)
    {
        uint? tty = Users.FindGroup("tty")?.Gid;
        uint mode = tty is null ? 0b110_010_010u : 0b110_010_000u;
        FileStatus status = FileStatus.OfPath(name);
        if ((status.Uid != uid || status.Gid != (tty ?? gid)) && Libc.chown(name, uid, tty ?? gid) == -1)
            ThrowUnlessReadOnly(status, uid, $"chown({name}, {uid}, {tty ?? gid})");
        if (status.Mode != mode && Libc.chmod(name, mode) == -1)
            ThrowUnlessReadOnly(status, uid, $"chmod({name}, {Convert.ToString(mode, 8)})");
    }

    /// <summary>Sends a break on the line, for as long as the system's usual one lasts. False when the terminal cannot.</summary>
    public bool SendBreak() => Libc.ioctl(Descriptor, Libc.TCSBRK, null) == 0;

    public void Dispose() => master.Dispose();

    private static string NameOf(int descriptor)
    {
        // Not ptsname(3), which may look whether the name is there.
        uint number;
        Libc.Check(Libc.ioctl(descriptor, Libc.TIOCGPTN, &number), "name a pseudo-terminal");
        return string.Create(CultureInfo.InvariantCulture, $"{Directory}/{number}");
    }

    /// <summary>On a read-only /dev a terminal that already is the user's or root's will do.</summary>
    private static void ThrowUnlessReadOnly(FileStatus status, uint uid, string attempt)
    {
        if (Libc.LastErrno != Errno.EROFS || (status.Uid != uid && status.Uid != 0))
            throw UnixException.FromLast(attempt);
    }
}
