using System.Globalization;
using System.Net.Sockets;

namespace Nacre.Unix;

/// <summary>The listening sockets that this process was started with, in the manner of sd_listen_fds(3).</summary>
internal static unsafe class PassedSockets
{
    public const string PidVariable = "LISTEN_PID";
    public const string CountVariable = "LISTEN_FDS";

    /// <summary>As many as are taken; a configuration has a few.</summary>
    public const int Most = 64;

    private const string NamesVariable = "LISTEN_FDNAMES";
    private const int First = 3;

    /// <summary>Takes them over, and the variables out of the environment: they are nobody else's. None when they are another process's.</summary>
    /// <param name="isUnix">True where they are Unix sockets, false where they listen for TCP connections.</param>
    /// <exception cref="InvalidDataException">What was passed is no such socket that listens, or there are too many.</exception>
    public static IReadOnlyList<Socket> Take(bool isUnix)
    {
        int count = Count(Environment.GetEnvironmentVariable(PidVariable), Environment.GetEnvironmentVariable(CountVariable));
        foreach (string variable in (ReadOnlySpan<string>)[PidVariable, CountVariable, NamesVariable]) _ = Libc.unsetenv(variable);
        var sockets = new Socket[count];
        for (int i = 0; i < count; i++) sockets[i] = Adopt(First + i, isUnix);
        return sockets;
    }

    /// <summary>How many there are, by the values of the variables.</summary>
    /// <exception cref="InvalidDataException">They are too many.</exception>
    public static int Count(string? pid, string? count)
    {
        if (!int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out int owner) || owner != Environment.ProcessId) return 0;
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int found)) return 0;
        return found <= Most ? found : throw new InvalidDataException($"{CountVariable} says {found} sockets; at most {Most} are taken.");
    }

    private static Socket Adopt(int descriptor, bool isUnix)
    {
        bool isListening = Option(descriptor, Libc.SO_ACCEPTCONN) == 1 && Option(descriptor, Libc.SO_TYPE) == Libc.SOCK_STREAM;
        bool isOfKind = isUnix ? Option(descriptor, Libc.SO_DOMAIN) == Libc.AF_UNIX : Option(descriptor, Libc.SO_PROTOCOL) == (int)ProtocolType.Tcp;
        if (!isListening || !isOfKind)
        {
            throw new InvalidDataException($"Descriptor {descriptor} of {CountVariable} is no {(isUnix ? "Unix socket that listens" : "socket that listens for TCP connections")}.");
        }

        const int closeOnExec = 1;
        Libc.Check(Libc.fcntl(descriptor, Libc.F_SETFD, closeOnExec), $"adopt descriptor {descriptor}");
        return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
    }

    private static int Option(int descriptor, int name)
    {
        int value = 0;
        uint length = sizeof(int);
        return Libc.getsockopt(descriptor, Libc.SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
    }
}
