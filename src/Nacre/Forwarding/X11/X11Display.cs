using System.Buffers;
using System.Globalization;
using System.Net.Sockets;

namespace Nacre.Forwarding.X11;

/// <summary>The name of an X11 display: [host]:number[.screen], where no host, and unix, mean the local socket (X(7), DISPLAY NAMES).</summary>
/// <param name="Host">Empty for the local socket.</param>
/// <param name="Number">Which of the machine's displays.</param>
/// <param name="Screen">Which of the display's screens.</param>
internal readonly record struct X11Display(string Host, int Number, uint Screen)
{
    /// <summary>The port of display 0 (RFC 4254 knows nothing of it; it is X11's).</summary>
    public const int FirstPort = 6000;

    private const string LocalSocket = "/tmp/.X11-unix/X";

    private static readonly SearchValues<char> Permitted = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:/.-_");

    /// <summary>Reads a name. Anything but letters, digits and :/.-_ is refused, for the name is given to xauth.</summary>
    public static bool TryParse(string? text, out X11Display display)
    {
        display = default;
        int colon = text?.LastIndexOf(':') ?? -1;
        if (colon < 0 || text.AsSpan().ContainsAnyExcept(Permitted) || text!.StartsWith('-')) return false;
        ReadOnlySpan<char> number = text.AsSpan(colon + 1);
        int dot = number.IndexOf('.');
        uint screen = 0;
        if (dot >= 0 && !uint.TryParse(number[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out screen)) return false;
        if (!int.TryParse(dot < 0 ? number : number[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out int which)) return false;
        if (which > ushort.MaxValue - FirstPort) return false;
        string host = text[..colon];
        display = new X11Display(host == "unix" ? "" : host, which, screen);
        return true;
    }

    /// <summary>Connects to the display.</summary>
    /// <exception cref="SocketException">It is not there.</exception>
    public async Task<Socket> ConnectAsync(CancellationToken ct)
    {
        if (Host.Length > 0) return await new TcpEndpoint(Host, FirstPort + Number).ConnectAsync(DialOptions.Default, ct).ConfigureAwait(false);
        string path = LocalSocket + Number.ToString(CultureInfo.InvariantCulture);
        try
        {
            // Linux has names of sockets that are no files, and there X servers listen at both.
            return await ConnectAsync("\0" + path, ct).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return await ConnectAsync(path, ct).ConfigureAwait(false);
        }
    }

    private static async Task<Socket> ConnectAsync(string name, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(name), ct).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
