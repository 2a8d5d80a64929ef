namespace Nacre.Protocol.Authentication;

/// <summary>The services of RFC 4250 4.7.</summary>
internal static class ServiceName
{
    public const string Connection = "ssh-connection";

    public static ReadOnlySpan<byte> Userauth => "ssh-userauth"u8;
}
