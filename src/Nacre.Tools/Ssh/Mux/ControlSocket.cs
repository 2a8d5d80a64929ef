using System.Net.Sockets;
using Nacre.Crypto;
using Nacre.Unix;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>The socket at which a master takes its clients, under the name of ControlPath; disposing removes it.</summary>
internal sealed class ControlSocket : IDisposable
{
    /// <summary>A path with the byte that ends it is shorter than this; sizeof(sun_path).</summary>
    public const int PathBytes = 108;

    private const uint OwnerOnly = 0b110_000_000;
    private const string NameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private readonly string _path;
    private readonly (ulong Device, ulong Inode)? _identity;

    private ControlSocket(Socket listener, string path) => (Listener, _path, _identity) = (listener, path, UnixSocket.IdentityOf(path));

    public Socket Listener { get; }

    /// <summary>Listens; null where somebody else does already.</summary>
    /// <exception cref="FatalException">It cannot be listened at.</exception>
    public static ControlSocket? TryListen(string path)
    {
        // Made ready under a name of its own, so that whoever finds the socket can connect to it, and of two masters one wins.
        string temporary = $"{path}.{SystemRandom.Instance.Text(NameLetters, 16)}";
        Socket listener;
        try
        {
            listener = UnixSocket.Listen(temporary, OwnerOnly, replaces: false, rights: null);
        }
        catch (UnixException refused) when (refused.Errno == Errno.ENAMETOOLONG)
        {
            throw new FatalException($"unix_listener: path \"{temporary}\" too long for Unix domain socket");
        }
        catch (UnixException refused)
        {
            throw new FatalException($"unix_listener: cannot bind to path {temporary}: {UnixException.Describe(refused.Errno)}");
        }

        bool isLinked = Libc.link(temporary, path) == 0;
        Errno error = isLinked ? Errno.None : Libc.LastErrno;
        _ = Libc.unlink(temporary);
        if (isLinked) return new ControlSocket(listener, path);
        listener.Dispose();
        if (error != Errno.EEXIST) throw new FatalException($"link mux listener {temporary} => {path}: {UnixException.Describe(error)}");
        return null;
    }

    public void Dispose()
    {
        UnixSocket.Remove(_path, _identity, rights: null);
        Listener.Dispose();
    }
}
