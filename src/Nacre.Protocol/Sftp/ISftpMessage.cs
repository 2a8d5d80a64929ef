using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>An SFTP message: fields in wire order behind the length and the type.</summary>
internal interface ISftpMessage<T> : ISftpRecord<T>
    where T : ISftpMessage<T>, allows ref struct
{
    static abstract SftpMessageType Type { get; }
}

/// <summary>The fields of an SFTP message, or of an extension within one.</summary>
internal interface ISftpRecord<T> : IRecord<T>
    where T : ISftpRecord<T>, allows ref struct
{
    // rclone's last WRITE of a file is as long as the ones before and says that less of it counts; OpenSSH passes over such a rest at both ends.
    static bool IRecord<T>.MayHaveRest => true;
}
