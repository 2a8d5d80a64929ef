using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Mux;

/// <summary>A message of connection sharing: fields in wire order behind the length and the type.</summary>
internal interface IMuxMessage<T> : IRecord<T>
    where T : IMuxMessage<T>, allows ref struct
{
    static abstract MuxMessageType Type { get; }
}
