using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Messages;

/// <summary>The fields that a request or a channel type of RFC 4254 carries, together with the name that selects them.</summary>
internal interface INamedRecord<T> : IRecord<T>
    where T : INamedRecord<T>, allows ref struct
{
    /// <summary>The request name or the channel type, matched exactly.</summary>
    static abstract string RecordName { get; }
}
