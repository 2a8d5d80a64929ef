namespace Nacre.Protocol.Wire;

/// <summary>A message that starts with its number and whose fields one method walks in wire order.</summary>
internal interface IMessage<T> : IRecord<T>
    where T : IMessage<T>, allows ref struct
{
    /// <summary>The byte that the message starts with.</summary>
    static abstract MessageNumber Number { get; }
}

/// <summary>Anything with fields in wire order: a message after its number, the data of a request, a key, a snapshot.</summary>
internal interface IRecord<T>
    where T : IRecord<T>, allows ref struct
{
    /// <summary>True where bytes behind the last field are passed over, as everybody does with SFTP; false where they are a violation.</summary>
    static virtual bool MayHaveRest => false;

    static abstract void Fields<V>(ref V visit, ref T message)
        where V : IFieldVisitor, allows ref struct;
}
