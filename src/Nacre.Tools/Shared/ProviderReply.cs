using Nacre.Protocol.Wire;

namespace Nacre.Tools.Shared;

/// <summary>The answer of a <see cref="ProviderProcess"/>: a fault, or a result whose form depends on what it was asked for.</summary>
internal ref struct ProviderReply : IRecord<ProviderReply>
{
    /// <summary>Zero for none.</summary>
    public uint Fault;

    /// <summary>What else there is to say of a fault.</summary>
    public ReadOnlySpan<byte> Explanation;

    public ReadOnlySpan<byte> Result;

    public static void Fields<V>(ref V visit, ref ProviderReply message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Fault);
        visit.Text(ref message.Explanation);
        visit.Rest(ref message.Result);
    }
}
