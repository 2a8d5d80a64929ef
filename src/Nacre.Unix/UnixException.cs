using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>A system call that failed: its error number and what was attempted, worded as perror(3) words it.</summary>
internal sealed class UnixException : IOException
{
    public UnixException(Errno errno, string attempt)
        : base($"{attempt}: {Describe(errno)}")
    {
        Errno = errno;
        Attempt = attempt;
    }

    /// <summary>Why the call failed.</summary>
    public Errno Errno { get; }

    /// <summary>What was attempted, to what.</summary>
    public string Attempt { get; }

    /// <summary>The failure that the last system call of this thread left behind.</summary>
    public static UnixException FromLast(string attempt) => new(Libc.LastErrno, attempt);

    /// <summary>The system's sentence for an error number, such as "Permission denied".</summary>
    public static string Describe(Errno errno) => Marshal.GetPInvokeErrorMessage((int)errno);
}
