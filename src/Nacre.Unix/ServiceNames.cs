using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>The ports of services by their names, as services(5) has them.</summary>
internal static unsafe class ServiceNames
{
    private const int LargestBufferBytes = 64 * 1024;

    // For a machine that has no such list.
    private static readonly (string Name, int Port)[] WellKnown =
        [("ssh", 22), ("ftp", 21), ("telnet", 23), ("smtp", 25), ("domain", 53), ("http", 80), ("imap2", 143), ("https", 443)];

    /// <summary>The TCP port of a service; null where there is none of that name.</summary>
    public static int? PortOf(string name)
    {
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
            return null;
        foreach ((string known, int port) in WellKnown)
        {
            if (known == name)
                return port;
        }
        return Look(name);
    }

    private static int? Look(string name)
    {
        for (int capacity = 1024; capacity <= LargestBufferBytes; capacity *= 4)
        {
            byte* buffer = (byte*)NativeMemory.Alloc((nuint)capacity);
            Libc.ServiceEntry entry;
            Libc.ServiceEntry* found;
            var error = (Errno)Libc.getservbyname_r(name, "tcp", &entry, buffer, (nuint)capacity, &found);
            int? port = error == Errno.None && found is not null ? BinaryPrimitives.ReverseEndianness((ushort)found->Port) : null;
            NativeMemory.Free(buffer);
            if (error != Errno.ERANGE)
                return port;
        }
        return null;
    }
}
