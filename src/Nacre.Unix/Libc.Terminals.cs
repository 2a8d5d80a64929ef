using System.Runtime.InteropServices;

namespace Nacre.Unix;

// Pseudo-terminals and terminal modes.
internal static unsafe partial class Libc
{
    public const nuint TIOCSCTTY = 0x540e;
    public const nuint TIOCGWINSZ = 0x5413;
    public const nuint TIOCSWINSZ = 0x5414;

    // The kernel's own struct termios2, whose layout no change of the C library moves and whose speeds are numbers.
    public const nuint TIOCGPTPEER = 0x5441;
    public const nuint TIOCGPTN = 0x80045430;
    public const nuint TCSBRK = 0x5409;
    public const nuint TCGETS2 = 0x802c542a;
    public const nuint TCSETS2 = 0x402c542b;
    public const nuint TCSETSW2 = 0x402c542c;
    public const nuint TCSETSF2 = 0x402c542d;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int posix_openpt(int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int grantpt(int master);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int unlockpt(int master);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ioctl(int descriptor, nuint request, void* argument);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int isatty(int descriptor);
}
