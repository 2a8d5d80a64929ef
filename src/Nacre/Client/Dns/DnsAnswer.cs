using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Nacre.Protocol.Keys;

namespace Nacre.Client.Dns;

/// <summary>A name server's answer to a <see cref="DnsQuery"/>, read without trust: whoever can send to a port may have sent it.</summary>
/// <param name="Code">The response code; 0 for success.</param>
/// <param name="IsTruncated">True when it did not fit into a datagram.</param>
/// <param name="IsAuthenticated">The bit AD: the resolver says that it has authenticated the records.</param>
/// <param name="Records">The records of the name that was asked for, or of the one that it is an alias of.</param>
internal sealed record DnsAnswer(int Code, bool IsTruncated, bool IsAuthenticated, IReadOnlyList<SshfpRecord> Records)
{
    public const int HeaderLength = 12;

    /// <summary>RFC 1035 4.2.1: a datagram to who does not say that it takes more.</summary>
    public const int MaxDatagram = 512;

    /// <summary>RFC 1035 4.1.1: the response code of a name that is not there.</summary>
    public const int NoSuchName = 3;

    /// <summary>An alias of an alias of an alias is followed this far.</summary>
    public const int MaxAliases = 8;

    private const ushort Response = 0x8000, OperationMask = 0x7800, Truncated = 0x0200, AuthenticData = 0x0020, CodeMask = 0x000f;

    /// <summary>RFC 4255 3.1: the numbers of the algorithm and of the hash stand before the fingerprint.</summary>
    private const int FingerprintOffset = 2;

    /// <summary>A pointer has these bits before its fourteen of offset.</summary>
    private const int Pointer = 0xc0;

    /// <summary>Reads an answer; false when it is none to this question or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, DnsQuery query, [NotNullWhen(true)] out DnsAnswer? answer)
    {
        answer = null;
        if (message.Length < HeaderLength || BinaryPrimitives.ReadUInt16BigEndian(message) != query.Id) return false;
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if ((flags & (Response | OperationMask)) != Response || !RepeatsQuestion(message, query)) return false;
        bool isTruncated = (flags & Truncated) != 0;
        var records = new List<SshfpRecord>();

        // What was cut off is asked for again, and may end anywhere.
        if (!isTruncated && !TryReadRecords(message, query, records)) return false;
        answer = new DnsAnswer(flags & CodeMask, isTruncated, (flags & AuthenticData) != 0, records);
        return true;
    }

    private static bool RepeatsQuestion(ReadOnlySpan<byte> message, DnsQuery query)
    {
        if (BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1) return false;
        int at = HeaderLength;
        return TryReadName(message, ref at, out byte[]? name)
            && at == query.Bytes.Length - 4
            && name.AsSpan().SequenceEqual(query.Name.Span)
            && message[at..].StartsWith(query.Bytes.Span[^4..]);
    }

    private static bool TryReadRecords(ReadOnlySpan<byte> message, DnsQuery query, List<SshfpRecord> records)
    {
        int count = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        int at = query.Bytes.Length;
        var found = new List<(byte[] Name, SshfpRecord Record)>();
        var aliases = new List<(byte[] Name, byte[] Target)>();
        for (int i = 0; i < count; i++)
        {
            if (!TryReadName(message, ref at, out byte[]? name) || message.Length - at < 10) return false;
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
            ushort kind = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            int data = at + 10;
            if (message.Length - data < length) return false;
            at = data + length;
            if (kind != DnsQuery.InternetClass) continue;
            if (type == DnsQuery.SshfpType && length >= FingerprintOffset)
            {
                found.Add((name, new SshfpRecord(message[data], message[data + 1], message[(data + FingerprintOffset)..at].ToArray())));
            }
            else if (type == DnsQuery.CnameType)
            {
                if (!TryReadName(message, ref data, out byte[]? target) || data != at) return false;
                aliases.Add((name, target));
            }
        }

        ReadOnlyMemory<byte> owner = query.Name;
        for (int i = 0; i < MaxAliases && aliases.Find(alias => alias.Name.AsSpan().SequenceEqual(owner.Span)).Target is { } next; i++) owner = next;
        records.AddRange(found.Where(each => each.Name.AsSpan().SequenceEqual(owner.Span)).Select(each => each.Record));
        return true;
    }

    /// <summary>Reads a name in lower case. A pointer may lead only to before where its part of the name began, so that no name is endless.</summary>
    private static bool TryReadName(ReadOnlySpan<byte> message, ref int at, [NotNullWhen(true)] out byte[]? name)
    {
        name = null;
        var read = new List<byte>();
        int position = at, start = at, end = -1;
        while (position < message.Length)
        {
            int length = message[position];
            if ((length & Pointer) == Pointer)
            {
                if (position + 1 >= message.Length) return false;
                int target = BinaryPrimitives.ReadUInt16BigEndian(message[position..]) & ~(Pointer << 8);
                if (end < 0) end = position + 2;
                if (target >= start) return false;
                start = position = target;
                continue;
            }

            if (length > DnsQuery.MaxLabel || position + 1 + length > message.Length || read.Count + 1 + length > DnsQuery.MaxName) return false;
            read.Add((byte)length);
            foreach (byte c in message.Slice(position + 1, length)) read.Add((byte)HostPattern.ToLower((char)c));
            position += 1 + length;
            if (length > 0) continue;
            at = end < 0 ? position : end;
            name = [.. read];
            return true;
        }

        return false;
    }
}
