using System.Net.Sockets;

namespace Nacre.Unix;

/// <summary>Who is at the other end of a Unix socket, as the kernel saw it when they connected (SO_PEERCRED).</summary>
internal readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid)
{
    public static unsafe PeerCredentials Of(Socket socket)
    {
        Libc.Credentials credentials;
        uint length = (uint)sizeof(Libc.Credentials);
        int descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        Libc.Check(Libc.getsockopt(descriptor, Libc.SOL_SOCKET, Libc.SO_PEERCRED, &credentials, &length), "ask who is at the other end of a socket");
        return new PeerCredentials(credentials.Pid, credentials.Uid, credentials.Gid);
    }
}
