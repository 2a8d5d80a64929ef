using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>A network interface of this machine whose packets this process reads and writes; it goes when its stream is disposed of.</summary>
/// <remarks>Each read is one packet, and each write. Making one takes the capability CAP_NET_ADMIN, or a persistent interface that is the user's.</remarks>
internal static unsafe class TunDevice
{
    private const string Clone = "/dev/net/tun";
    private const int NameLength = 16;
    private const int RequestLength = 40;
    private const nuint TUNSETIFF = 0x400454ca;
    private const short IFF_TUN = 1;
    private const short IFF_TAP = 2;
    private const short IFF_NO_PI = 0x1000;

    /// <summary>Whether this machine makes such interfaces at all.</summary>
    public static bool IsSupported => File.Exists(Clone);

    /// <summary>Makes an interface, or takes over a persistent one.</summary>
    /// <param name="isEthernet">True for whole frames (tap), false for bare IP packets (tun).</param>
    /// <param name="unit">The number in its name; null for the next that is free.</param>
    /// <param name="name">Its name, such as tun0.</param>
    /// <exception cref="UnixException">It could not be made.</exception>
    public static DescriptorStream Open(bool isEthernet, int? unit, out string name)
    {
        string kind = isEthernet ? "tap" : "tun";
        var file = new SafeFileHandle(Libc.Check(Libc.open(Clone, Libc.O_RDWR | Libc.O_CLOEXEC, 0), $"open {Clone}"), ownsHandle: true);
        try
        {
            byte* request = stackalloc byte[RequestLength];
            var bytes = new Span<byte>(request, RequestLength);
            bytes.Clear();
            string wanted = unit is { } number ? $"{kind}{number}" : $"{kind}%d";
            if (wanted.Length >= NameLength) throw new UnixException(Errno.ENAMETOOLONG, $"make the network interface {wanted}");
            Encoding.ASCII.GetBytes(wanted, bytes);
            short flags = (short)((isEthernet ? IFF_TAP : IFF_TUN) | IFF_NO_PI);
            MemoryMarshal.Write(bytes[NameLength..], flags);
            Libc.Check(Libc.ioctl((int)file.DangerousGetHandle(), TUNSETIFF, request), $"make the network interface {wanted}");
            name = Encoding.ASCII.GetString(bytes[..bytes.IndexOf((byte)0)]);
            return new DescriptorStream(file);
        }
        finally
        {
            file.Dispose();
        }
    }
}
