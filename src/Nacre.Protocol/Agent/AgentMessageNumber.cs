namespace Nacre.Protocol.Agent;

/// <summary>The message numbers of the agent protocol (RFC 9987 8.1).</summary>
internal enum AgentMessageNumber : byte
{
    Failure = 5,
    Success = 6,
    RequestIdentities = 11,
    IdentitiesAnswer = 12,
    SignRequest = 13,
    SignResponse = 14,
    AddIdentity = 17,
    RemoveIdentity = 18,
    RemoveAllIdentities = 19,
    AddSmartcardKey = 20,
    RemoveSmartcardKey = 21,
    Lock = 22,
    Unlock = 23,
    AddIdentityConstrained = 25,
    AddSmartcardKeyConstrained = 26,
    Extension = 27,
    ExtensionFailure = 28,
    ExtensionResponse = 29,
}
