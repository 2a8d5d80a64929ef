namespace Nacre.Protocol.Messages;

/// <summary>What a side expects from its peer: which messages may arrive is a matter of this and of the message alone.</summary>
/// <remarks>
/// <code>
/// First --KEXINIT--> KeyExchange (or StrictKeyExchange) --NEWKEYS--> Service --SERVICE_ACCEPT--> Authentication
///                         ^                                                                          |
///                         |  KEXINIT, from any later phase, which NEWKEYS goes back to          USERAUTH_SUCCESS
///                         +-------------------------------------------------------------- Connection &lt;-+
/// </code>
/// </remarks>
[Flags]
internal enum Phase
{
    /// <summary>Nothing may arrive any more.</summary>
    Closed = 0,

    /// <summary>After the identification: the peer's first KEXINIT is awaited.</summary>
    First = 1,

    /// <summary>The peer has sent KEXINIT and not yet NEWKEYS.</summary>
    KeyExchange = 2,

    /// <summary>The same within the first key exchange when both sides are strict: nothing but the exchange itself.</summary>
    StrictKeyExchange = 4,

    /// <summary>Keys are in use and no service is agreed on.</summary>
    Service = 8,

    /// <summary>The service ssh-userauth is running.</summary>
    Authentication = 16,

    /// <summary>The user is authenticated; the service ssh-connection is running.</summary>
    Connection = 32,

    /// <summary>All phases with keys in use and no exchange under way.</summary>
    Secured = Service | Authentication | Connection,

    /// <summary>All phases that messages about nothing in particular may arrive in.</summary>
    Relaxed = First | KeyExchange | Secured,
}
