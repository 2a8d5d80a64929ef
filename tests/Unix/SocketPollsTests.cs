using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class SocketPollsTests
{
    [Fact]
    public async Task A_socket_that_another_process_goes_on_with_wakes_this_one_no_more()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
        using Socket far = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        ValueTask<int> waiting = far.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken);
        await near.GetStream().WriteAsync(new byte[1], TestContext.Current.CancellationToken);
        Assert.Equal(1, await waiting);
        Assert.True(IsPolled(far));

        SocketPolls.Forget(far.SafeHandle);

        Assert.False(IsPolled(far));
    }

    // proc(5): each socket that an epoll descriptor waits for has a line "tfd: NUMBER" there.
    private static bool IsPolled(Socket socket)
    {
        string number = socket.SafeHandle.DangerousGetHandle().ToString(CultureInfo.InvariantCulture);
        return new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
            .Where(file => file.LinkTarget == "anon_inode:[eventpoll]")
            .SelectMany(file => File.ReadLines("/proc/self/fdinfo/" + file.Name))
            .Any(line => line.StartsWith("tfd:", StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == number);
    }
}
