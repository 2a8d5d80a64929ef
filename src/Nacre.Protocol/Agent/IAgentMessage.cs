using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Agent;

/// <summary>A message of the agent protocol: its number, then fields.</summary>
internal interface IAgentMessage<T> : IRecord<T>
    where T : IAgentMessage<T>, allows ref struct
{
    static abstract AgentMessageNumber Number { get; }
}
