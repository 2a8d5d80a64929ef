using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>An SFTP message: fields in wire order behind the length and the type.</summary>
internal interface ISftpMessage<T> : IRecord<T>
    where T : ISftpMessage<T>, allows ref struct
{
    static abstract SftpMessageType Type { get; }
}
