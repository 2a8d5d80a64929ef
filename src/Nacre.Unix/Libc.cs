using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>The bindings to the C library; each part of this class is one topic of its manual.</summary>
/// <remarks>
/// Constants are those of the generic Linux ABI (x86-64, arm64, riscv64); where an architecture differs it is said there.
/// </remarks>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    /// <summary>The error number left by the last call of this thread that was bound with SetLastError.</summary>
    public static Errno LastErrno => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>Passes a result on, or throws what the last call left when the result is -1.</summary>
    public static int Check(int result, string attempt) => result != -1 ? result : throw UnixException.FromLast(attempt);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth);

    /// <summary>syscall(2) with nothing around it; what went wrong is in errno itself.</summary>
    [LibraryImport(Library, EntryPoint = nameof(syscall))]
    public static partial nint RawSystemCall(nint number, nint first, nint second, nint third, nint fourth);
}
