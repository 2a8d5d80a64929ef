using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Nacre.Unix;

/// <summary>One entry of utmp, wtmp or btmp: who is, was or tried to be logged in, at which terminal and from where.</summary>
/// <remarks>utmp(5). The numbers are of the machine's own byte order, which is little-endian wherever this runs.</remarks>
internal sealed record LoginRecord(int Pid, string Line, string User, string Host, IPAddress? Address, DateTimeOffset Time)
{
    /// <summary>The kinds of entries that are written here.</summary>
    internal enum Kind : short
    {
        /// <summary>Somebody who tried to log in.</summary>
        Attempt = 6,

        /// <summary>Somebody who is logged in.</summary>
        Login = 7,

        /// <summary>Somebody who was.</summary>
        Logout = 8,
    }

    private const int PidOffset = 4;
    private const int LineOffset = 8;
    private const int IdOffset = 40;
    private const int UserOffset = 44;
    private const int HostOffset = 76;
    private const int HostEnd = 332;
    private const int SessionOffset = 336;

    /// <summary>x86 keeps the times of its 32-bit ancestor; other machines have them in 64 bits.</summary>
    internal static bool HasShortTimes => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    private static int TimeOffset => HasShortTimes ? SessionOffset + sizeof(int) : SessionOffset + sizeof(long);

    private static int AddressOffset => TimeOffset + (HasShortTimes ? 2 * sizeof(int) : 2 * sizeof(long));

    /// <summary>The length of an entry in bytes.</summary>
    internal static int Length => HasShortTimes ? 384 : 400;

    /// <summary>The entry as the C library has it.</summary>
    internal byte[] ToBytes(Kind kind)
    {
        byte[] entry = new byte[Length];
        BinaryPrimitives.WriteInt16LittleEndian(entry, (short)kind);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(PidOffset), Pid);
        Put(entry.AsSpan(LineOffset, IdOffset - LineOffset), Line);

        // The last four characters of the terminal's name tell one from the other.
        if (kind != Kind.Attempt) Put(entry.AsSpan(IdOffset, UserOffset - IdOffset), Line.Length > UserOffset - IdOffset ? Line[^(UserOffset - IdOffset)..] : Line);
        PutTime(entry.AsSpan(TimeOffset));
        if (kind == Kind.Logout) return entry;
        Put(entry.AsSpan(UserOffset, HostOffset - UserOffset), User);
        Put(entry.AsSpan(HostOffset, HostEnd - HostOffset), Host);
        IPAddress? address = Address?.Unmapped();
        address?.TryWriteBytes(entry.AsSpan(AddressOffset, 16), out _);
        return entry;
    }

    /// <summary>Puts a text into a field that it may fill to the last byte; what is longer is cut off.</summary>
    internal static void Put(Span<byte> field, string text) => Encoding.UTF8.GetEncoder().Convert(text, field, flush: true, out _, out _, out _);

    private void PutTime(Span<byte> field)
    {
        long seconds = Time.ToUnixTimeSeconds();
        int microseconds = (int)(Time.UtcTicks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        if (HasShortTimes)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(field, (uint)seconds);
            BinaryPrimitives.WriteInt32LittleEndian(field[sizeof(int)..], microseconds);
            return;
        }

        BinaryPrimitives.WriteInt64LittleEndian(field, seconds);
        BinaryPrimitives.WriteInt64LittleEndian(field[sizeof(long)..], microseconds);
    }
}
