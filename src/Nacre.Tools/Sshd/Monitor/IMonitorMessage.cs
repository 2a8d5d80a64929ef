using Nacre.Protocol.Wire;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>A message between the monitor and one of its processes: fields in wire order behind a length, the type and the number of a connection.</summary>
internal interface IMonitorMessage<T> : IRecord<T>
    where T : IMonitorMessage<T>, allows ref struct
{
    static abstract MonitorMessageType Type { get; }
}
