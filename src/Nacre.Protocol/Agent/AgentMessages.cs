using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Agent;

/// <summary>RFC 9987 5.1: the agent did not do it, or does not know the request.</summary>
internal ref struct AgentFailure : IAgentMessage<AgentFailure>
{
    public static AgentMessageNumber Number => AgentMessageNumber.Failure;

    public static void Fields<V>(ref V visit, ref AgentFailure message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>RFC 9987 5.1: done.</summary>
internal ref struct AgentSuccess : IAgentMessage<AgentSuccess>
{
    public static AgentMessageNumber Number => AgentMessageNumber.Success;

    public static void Fields<V>(ref V visit, ref AgentSuccess message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>RFC 9987 5.5: asks which keys there are.</summary>
internal ref struct RequestIdentities : IAgentMessage<RequestIdentities>
{
    public static AgentMessageNumber Number => AgentMessageNumber.RequestIdentities;

    public static void Fields<V>(ref V visit, ref RequestIdentities message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>RFC 9987 5.5; each key is read from <see cref="Identities"/> as an <see cref="AgentIdentityFields"/>.</summary>
internal ref struct IdentitiesAnswer : IAgentMessage<IdentitiesAnswer>
{
    /// <summary>More keys than this are refused; OpenSSH's limit.</summary>
    public const int MaxIdentities = 2048;

    public uint Count;
    public ReadOnlySpan<byte> Identities;

    public static AgentMessageNumber Number => AgentMessageNumber.IdentitiesAnswer;

    public static void Fields<V>(ref V visit, ref IdentitiesAnswer message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Count);
        visit.Rest(ref message.Identities);
    }
}

/// <summary>One key of an <see cref="IdentitiesAnswer"/>.</summary>
internal ref struct AgentIdentityFields : IRecord<AgentIdentityFields>
{
    public ReadOnlySpan<byte> PublicKey;
    public ReadOnlySpan<byte> Comment;

    public static void Fields<V>(ref V visit, ref AgentIdentityFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.PublicKey);
        visit.Text(ref message.Comment);
    }
}

/// <summary>RFC 9987 5.6: asks for a signature.</summary>
internal ref struct SignRequest : IAgentMessage<SignRequest>
{
    public ReadOnlySpan<byte> PublicKey;
    public ReadOnlySpan<byte> Data;
    public uint Flags;

    public static AgentMessageNumber Number => AgentMessageNumber.SignRequest;

    public static void Fields<V>(ref V visit, ref SignRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.PublicKey);
        visit.String(ref message.Data);
        visit.UInt32(ref message.Flags);
    }
}

/// <summary>The flags of a <see cref="SignRequest"/> (RFC 9987 8.3): with which hash an RSA key signs.</summary>
internal static class AgentSignatureFlags
{
    public const uint None = 0;
    public const uint RsaSha256 = 2;
    public const uint RsaSha512 = 4;
    public const uint All = RsaSha256 | RsaSha512;
}

/// <summary>RFC 9987 5.6: the signature as it goes on the wire of SSH.</summary>
internal ref struct SignResponse : IAgentMessage<SignResponse>
{
    public ReadOnlySpan<byte> Signature;

    public static AgentMessageNumber Number => AgentMessageNumber.SignResponse;

    public static void Fields<V>(ref V visit, ref SignResponse message)
        where V : IFieldVisitor, allows ref struct => visit.String(ref message.Signature);
}

/// <summary>RFC 9987 5.2: gives the agent a key to keep.</summary>
internal ref struct AddIdentity : IAgentMessage<AddIdentity>
{
    public AgentKeyFields Key;
    public ReadOnlySpan<byte> Comment;

    public static AgentMessageNumber Number => AgentMessageNumber.AddIdentity;

    public static void Fields<V>(ref V visit, ref AddIdentity message)
        where V : IFieldVisitor, allows ref struct
    {
        AgentKeyFields.Fields(ref visit, ref message.Key);
        visit.Text(ref message.Comment);
    }
}

/// <summary>RFC 9987 5.2: an <see cref="AddIdentity"/> with constraints, which <see cref="AgentConstraints"/> reads.</summary>
internal ref struct AddIdentityConstrained : IAgentMessage<AddIdentityConstrained>
{
    public AgentKeyFields Key;
    public ReadOnlySpan<byte> Comment;
    public ReadOnlySpan<byte> Constraints;

    public static AgentMessageNumber Number => AgentMessageNumber.AddIdentityConstrained;

    public static void Fields<V>(ref V visit, ref AddIdentityConstrained message)
        where V : IFieldVisitor, allows ref struct
    {
        AgentKeyFields.Fields(ref visit, ref message.Key);
        visit.Text(ref message.Comment);
        visit.Rest(ref message.Constraints);
    }
}

/// <summary>RFC 9987 5.4: takes a key out.</summary>
internal ref struct RemoveIdentity : IAgentMessage<RemoveIdentity>
{
    public ReadOnlySpan<byte> PublicKey;

    public static AgentMessageNumber Number => AgentMessageNumber.RemoveIdentity;

    public static void Fields<V>(ref V visit, ref RemoveIdentity message)
        where V : IFieldVisitor, allows ref struct => visit.String(ref message.PublicKey);
}

/// <summary>RFC 9987 5.4: takes all keys out.</summary>
internal ref struct RemoveAllIdentities : IAgentMessage<RemoveAllIdentities>
{
    public static AgentMessageNumber Number => AgentMessageNumber.RemoveAllIdentities;

    public static void Fields<V>(ref V visit, ref RemoveAllIdentities message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>RFC 9987 5.2.6: adds the keys of a token.</summary>
internal ref struct AddSmartcardKey : IAgentMessage<AddSmartcardKey>
{
    public ReadOnlySpan<byte> ProviderId;
    public ReadOnlySpan<byte> Pin;

    public static AgentMessageNumber Number => AgentMessageNumber.AddSmartcardKey;

    public static void Fields<V>(ref V visit, ref AddSmartcardKey message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.ProviderId);
        visit.Secret(ref message.Pin);
    }
}

/// <summary>RFC 9987 5.2.6: an <see cref="AddSmartcardKey"/> with constraints.</summary>
internal ref struct AddSmartcardKeyConstrained : IAgentMessage<AddSmartcardKeyConstrained>
{
    public ReadOnlySpan<byte> ProviderId;
    public ReadOnlySpan<byte> Pin;
    public ReadOnlySpan<byte> Constraints;

    public static AgentMessageNumber Number => AgentMessageNumber.AddSmartcardKeyConstrained;

    public static void Fields<V>(ref V visit, ref AddSmartcardKeyConstrained message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.ProviderId);
        visit.Secret(ref message.Pin);
        visit.Rest(ref message.Constraints);
    }
}

/// <summary>RFC 9987 5.4: takes the keys of a token out.</summary>
internal ref struct RemoveSmartcardKey : IAgentMessage<RemoveSmartcardKey>
{
    public ReadOnlySpan<byte> ReaderId;
    public ReadOnlySpan<byte> Pin;

    public static AgentMessageNumber Number => AgentMessageNumber.RemoveSmartcardKey;

    public static void Fields<V>(ref V visit, ref RemoveSmartcardKey message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.ReaderId);
        visit.Secret(ref message.Pin);
    }
}

/// <summary>RFC 9987 5.7: locks the agent.</summary>
internal ref struct LockAgent : IAgentMessage<LockAgent>
{
    public ReadOnlySpan<byte> Passphrase;

    public static AgentMessageNumber Number => AgentMessageNumber.Lock;

    public static void Fields<V>(ref V visit, ref LockAgent message)
        where V : IFieldVisitor, allows ref struct => visit.Secret(ref message.Passphrase);
}

/// <summary>RFC 9987 5.7: unlocks the agent.</summary>
internal ref struct UnlockAgent : IAgentMessage<UnlockAgent>
{
    public ReadOnlySpan<byte> Passphrase;

    public static AgentMessageNumber Number => AgentMessageNumber.Unlock;

    public static void Fields<V>(ref V visit, ref UnlockAgent message)
        where V : IFieldVisitor, allows ref struct => visit.Secret(ref message.Passphrase);
}

/// <summary>RFC 9987 5.8: a request that an extension defines.</summary>
internal ref struct AgentExtension : IAgentMessage<AgentExtension>
{
    /// <summary>Longer names are refused.</summary>
    public const int MaxType = 255;

    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> Contents;

    public static AgentMessageNumber Number => AgentMessageNumber.Extension;

    public static void Fields<V>(ref V visit, ref AgentExtension message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Type, MaxType);
        visit.Rest(ref message.Contents);
    }
}

/// <summary>RFC 9987 5.8: the extension is known and its request failed; an unknown one gets <see cref="AgentFailure"/>.</summary>
internal ref struct AgentExtensionFailure : IAgentMessage<AgentExtensionFailure>
{
    public static AgentMessageNumber Number => AgentMessageNumber.ExtensionFailure;

    public static void Fields<V>(ref V visit, ref AgentExtensionFailure message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>RFC 9987 5.8: what an extension answers beyond success.</summary>
internal ref struct AgentExtensionResponse : IAgentMessage<AgentExtensionResponse>
{
    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> Contents;

    public static AgentMessageNumber Number => AgentMessageNumber.ExtensionResponse;

    public static void Fields<V>(ref V visit, ref AgentExtensionResponse message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Type, AgentExtension.MaxType);
        visit.Rest(ref message.Contents);
    }
}
