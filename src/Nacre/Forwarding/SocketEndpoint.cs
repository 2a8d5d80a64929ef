using System.Text;
using Nacre.Unix;

namespace Nacre.Forwarding;

/// <summary>Where a forward listens or leads: a host and port, or the path of a Unix socket.</summary>
public readonly record struct SocketEndpoint
{
    private SocketEndpoint(TcpEndpoint tcp, string? path) => (Tcp, Path) = (tcp, path);

    /// <summary>The host and port; empty for a Unix socket.</summary>
    public TcpEndpoint Tcp { get; }

    /// <summary>The path of the Unix socket; null for a host and port.</summary>
    public string? Path { get; }

    /// <summary>The port; 0 for a Unix socket.</summary>
    public int Port => Tcp.Port;

    /// <summary>Reads the written form: host:port, or a path, which is what has a slash in it.</summary>
    /// <param name="text">Such as localhost:8080 or /run/docker.sock.</param>
    /// <returns>The endpoint.</returns>
    /// <exception cref="FormatException">The text is not of that form, or the path is longer than those of sockets may be (107 bytes).</exception>
    public static SocketEndpoint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Contains('/', StringComparison.Ordinal)) return TcpEndpoint.Parse(text);
        return IsSocketPath(text) ? AtPath(text) : throw new FormatException($"\"{text}\" cannot be the path of a socket: it has at most {UnixSocket.LongestPath} bytes.");
    }

    /// <summary>A host and port.</summary>
    /// <param name="endpoint">The host and port.</param>
    public static implicit operator SocketEndpoint(TcpEndpoint endpoint) => new(endpoint, null);

    /// <inheritdoc/>
    public override string ToString() => Path ?? Tcp.ToString();

    internal static SocketEndpoint AtPath(string path) => new(default, path);

    internal static bool IsSocketPath(string path) => path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(path) <= UnixSocket.LongestPath;
}
