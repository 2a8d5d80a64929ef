using System.Buffers.Binary;

namespace Nacre.Client.Dns;

/// <summary>A question to a name server for the SSHFP records of one name (RFC 1035 4.1).</summary>
internal sealed class DnsQuery
{
    public const ushort SshfpType = 44, CnameType = 5, InternetClass = 1;

    /// <summary>RFC 1035 2.3.4: the longest name as it goes on the wire, and the longest of its labels.</summary>
    public const int MaxName = 255, MaxLabel = 63;

    private const ushort RecursionDesired = 0x0100, AuthenticData = 0x0020;

    private DnsQuery(ushort id, byte[] name, byte[] bytes) => (Id, Name, Bytes) = (id, name, bytes);

    /// <summary>What the answer must begin with.</summary>
    public ushort Id { get; }

    /// <summary>The name, in labels, in lower case.</summary>
    public ReadOnlyMemory<byte> Name { get; }

    /// <summary>The whole message.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Composes a question; null for a name that cannot be one of the DNS.</summary>
    /// <param name="host">The name, with or without a dot at its end.</param>
    /// <param name="id">A number that nobody can guess.</param>
    /// <param name="asksAuthenticated">RFC 6840 5.7: asks the resolver to say whether it has authenticated the answer.</param>
    public static DnsQuery? TryCompose(string host, ushort id, bool asksAuthenticated)
    {
        if (EncodeName(host) is not { } name) return null;
        byte[] bytes = new byte[DnsAnswer.HeaderLength + name.Length + 4];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, id);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)(RecursionDesired | (asksAuthenticated ? AuthenticData : 0)));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), 1);
        name.CopyTo(bytes.AsSpan(DnsAnswer.HeaderLength));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(bytes.Length - 4), SshfpType);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(bytes.Length - 2), InternetClass);
        return new DnsQuery(id, name, bytes);
    }

    private static byte[]? EncodeName(string host)
    {
        string text = host.EndsWith('.') ? host[..^1] : host;
        if (text.Length is 0 or > MaxName - 2) return null;
        var name = new List<byte>(text.Length + 2);
        foreach (string label in text.Split('.'))
        {
            if (label.Length is 0 or > MaxLabel) return null;
            name.Add((byte)label.Length);
            foreach (char c in label)
            {
                if (c is <= ' ' or > '~') return null;
                name.Add((byte)HostPattern.ToLower(c));
            }
        }

        name.Add(0);
        return [.. name];
    }
}
