using System.Buffers.Binary;
using System.Text;
using Nacre.Client.Dns;

namespace Nacre.Tests.Client.Dns;

/// <summary>Answers of name servers, right and wrong ones.</summary>
internal static class DnsMessages
{
    public const ushort Response = 0x8180, AuthenticData = 0x0020, Truncated = 0x0200, NoSuchName = 3, ServerFailure = 2;

    public static DnsQuery Query(string host = "host.example") => DnsQuery.TryCompose(host, 0x1234, asksAuthenticated: true)!;

    /// <summary>An answer to a question, with its records as they are given.</summary>
    public static byte[] Answer(ReadOnlySpan<byte> question, ushort flags, params byte[][] records)
    {
        byte[] head = question.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), flags);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(6), (ushort)records.Length);
        return [.. head, .. records.SelectMany(record => record)];
    }

    /// <summary>A record of the name that was asked for, by a pointer to the question.</summary>
    public static byte[] Record(ushort type, params byte[] data) => Record([0xc0, DnsAnswer.HeaderLength], type, data);

    public static byte[] Record(byte[] name, ushort type, params byte[] data)
    {
        byte[] middle = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(middle, type);
        BinaryPrimitives.WriteUInt16BigEndian(middle.AsSpan(2), DnsQuery.InternetClass);
        BinaryPrimitives.WriteUInt16BigEndian(middle.AsSpan(8), (ushort)data.Length);
        return [.. name, .. middle, .. data];
    }

    public static byte[] Name(string host) =>
        [.. host.Split('.').SelectMany(label => Encoding.ASCII.GetBytes(label).Prepend((byte)label.Length)), 0];
}
