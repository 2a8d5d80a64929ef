using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Agent;

/// <summary>A hop that a key may be used over: from the agent's own host or from one where it is forwarded to, to a host and a user there (PROTOCOL.agent 2).</summary>
/// <param name="From">The host where the agent is used; null for the one that it runs at.</param>
/// <param name="To">The host to log in to.</param>
/// <param name="UserName">A pattern with * and ? for the user at that host; null for any.</param>
public sealed record DestinationConstraint(DestinationHop? From, DestinationHop To, string? UserName = null)
{
    /// <summary>Longer patterns for users are refused: they are compared by an agent that others wait for .</summary>
    internal const int MaxUserName = 256;

    internal static DestinationConstraint Read(ReadOnlySpan<byte> bytes)
    {
        DestinationFields fields = Message.ReadRecord<DestinationFields>(bytes);
        if (!fields.Reserved.IsEmpty) throw AgentConstraints.Malformed("A destination has extensions, none of which is known.");
        DestinationHop from = DestinationHop.Read(fields.From, out string? fromUser);
        DestinationHop to = DestinationHop.Read(fields.To, out string? toUser);
        bool isFromHere = from.HostName.Length == 0;
        if (isFromHere != (from.Keys.Count == 0) || fromUser is not null) throw AgentConstraints.Malformed("A destination's origin is incomplete or names a user.");
        if (to.HostName.Length == 0 || to.Keys.Count == 0) throw AgentConstraints.Malformed("A destination lacks the host's name or its keys.");
        return new DestinationConstraint(isFromHere ? null : from, to, toUser);
    }

    /// <summary>The constraint as one string of the list.</summary>
    internal byte[] ToBytes()
    {
        var fields = new DestinationFields { From = DestinationHop.ToBytes(From, userName: null), To = DestinationHop.ToBytes(To, UserName) };
        return AgentStrings.String(Message.WriteRecord(ref fields));
    }
}

/// <summary>A host of a <see cref="DestinationConstraint"/>.</summary>
/// <param name="HostName">The name, which certificates must be for.</param>
/// <param name="Keys">The keys that it is known by, and the authorities that certify such.</param>
public sealed record DestinationHop(string HostName, IReadOnlyList<DestinationKey> Keys)
{
    /// <summary>Longer names are refused; that of the resolver's interface.</summary>
    internal const int MaxHostName = 1025;

    internal static DestinationHop Read(ReadOnlySpan<byte> bytes, out string? userName)
    {
        DestinationHopFields fields = Message.ReadRecord<DestinationHopFields>(bytes);
        if (!fields.Reserved.IsEmpty) throw AgentConstraints.Malformed("A destination's host has extensions, none of which is known.");
        userName = fields.UserName.IsEmpty ? null : AgentStrings.Text(fields.UserName);
        var keys = new List<DestinationKey>();
        var reader = new FieldReader(fields.Keys);
        while (reader.Remaining > 0)
        {
            if (keys.Count == AgentConstraints.MaxEntries) throw new SshViolationException(Violation.FieldTooLong, $"A destination has more than {AgentConstraints.MaxEntries} keys.");
            DestinationKeyFields key = default;
            DestinationKeyFields.Fields(ref reader, ref key);
            keys.Add(new DestinationKey(PublicKey.Parse(key.PublicKey), key.IsAuthority));
        }

        return new DestinationHop(AgentStrings.Text(fields.HostName), keys);
    }

    internal static byte[] ToBytes(DestinationHop? hop, string? userName)
    {
        var fields = new DestinationHopFields
        {
            UserName = Encoding.UTF8.GetBytes(userName ?? ""),
            HostName = Encoding.UTF8.GetBytes(hop?.HostName ?? ""),
            Keys = AgentStrings.Concat(hop?.Keys ?? [], static key => key.ToBytes()),
        };
        return Message.WriteRecord(ref fields);
    }
}

/// <summary>A key that a host of a <see cref="DestinationConstraint"/> is known by.</summary>
/// <param name="Key">The host's key, or the authority's.</param>
/// <param name="IsAuthority">True when the host is known by certificates that the key has signed.</param>
public sealed record DestinationKey(PublicKey Key, bool IsAuthority = false)
{
    internal byte[] ToBytes()
    {
        var fields = new DestinationKeyFields { PublicKey = Key.Blob.Span, IsAuthority = IsAuthority };
        return Message.WriteRecord(ref fields);
    }
}

/// <summary>PROTOCOL.agent 2: both ends of a hop, each a string.</summary>
internal ref struct DestinationFields : IRecord<DestinationFields>
{
    public ReadOnlySpan<byte> From;
    public ReadOnlySpan<byte> To;
    public ReadOnlySpan<byte> Reserved;

    public static void Fields<V>(ref V visit, ref DestinationFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.From);
        visit.String(ref message.To);
        visit.String(ref message.Reserved);
    }
}

/// <summary>PROTOCOL.agent 2: one end of a hop; each key is read as a <see cref="DestinationKeyFields"/>.</summary>
internal ref struct DestinationHopFields : IRecord<DestinationHopFields>
{
    public ReadOnlySpan<byte> UserName;
    public ReadOnlySpan<byte> HostName;
    public ReadOnlySpan<byte> Reserved;
    public ReadOnlySpan<byte> Keys;

    public static void Fields<V>(ref V visit, ref DestinationHopFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.UserName, DestinationConstraint.MaxUserName);
        visit.Text(ref message.HostName, DestinationHop.MaxHostName);
        visit.String(ref message.Reserved);
        visit.Rest(ref message.Keys);
    }
}

/// <summary>PROTOCOL.agent 2: a keyspec.</summary>
internal ref struct DestinationKeyFields : IRecord<DestinationKeyFields>
{
    public ReadOnlySpan<byte> PublicKey;
    public bool IsAuthority;

    public static void Fields<V>(ref V visit, ref DestinationKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.PublicKey);
        visit.Boolean(ref message.IsAuthority);
    }
}
