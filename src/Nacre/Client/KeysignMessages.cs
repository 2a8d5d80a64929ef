using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>What ssh-keysign of OpenSSH is asked: to sign a hostbased request for a connection that it has as a descriptor.</summary>
internal ref struct KeysignRequest : IRecord<KeysignRequest>
{
    /// <summary>The version of the conversation, in both directions.</summary>
    public const byte CurrentVersion = 2;

    public byte Version;
    public uint Descriptor;
    public ReadOnlySpan<byte> Data;

    public static void Fields<V>(ref V visit, ref KeysignRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Byte(ref message.Version);
        visit.UInt32(ref message.Descriptor);
        visit.String(ref message.Data);
    }
}

/// <summary>What ssh-keysign answers.</summary>
internal ref struct KeysignReply : IRecord<KeysignReply>
{
    public byte Version;
    public ReadOnlySpan<byte> Signature;

    public static void Fields<V>(ref V visit, ref KeysignReply message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Byte(ref message.Version);
        visit.String(ref message.Signature);
    }
}
