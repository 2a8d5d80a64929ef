namespace Nacre.Protocol.Messages;

/// <summary>Which role may send a message.</summary>
[Flags]
internal enum Sender
{
    /// <summary>The client sends it.</summary>
    Client = 1,

    /// <summary>The server sends it.</summary>
    Server = 2,

    /// <summary>Either sends it.</summary>
    Both = Client | Server,
}
