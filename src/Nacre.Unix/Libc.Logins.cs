using System.Runtime.InteropServices;

namespace Nacre.Unix;

// The records of who is logged in.
internal static unsafe partial class Libc
{
    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int utmpxname(string path);

    [LibraryImport(Library)]
    public static partial void setutxent();

    [LibraryImport(Library, SetLastError = true)]
    public static partial byte* pututxline(byte* entry);

    [LibraryImport(Library)]
    public static partial void endutxent();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void updwtmpx(string path, byte* entry);
}
