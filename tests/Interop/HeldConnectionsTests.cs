using System.Globalization;
using System.Net;

namespace Nacre.Tests.Interop;

/// <summary>Ten thousand connections at once over one forward of our ssh to our sshd; each end is a process of its own, for the sake of their descriptors.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class HeldConnectionsTests(SharedSshd.Ours server) : IClassFixture<SharedSshd.Ours>, IDisposable
{
    private const int Count = 10_000;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("-L")]
    [InlineData("-R")]
    public async Task Ten_thousand_connections_are_held_at_once_and_each_gets_its_own_answers(string flag)
    {
        string echo = _directory.Write("echo.py", """
            import asyncio, sys
            async def serve(reader, writer):
                while line := await reader.readline():
                    writer.write(b'said ' + line)
                writer.close()
            async def main():
                server = await asyncio.start_server(serve, '127.0.0.1', int(sys.argv[1]), backlog=4096)
                async with server: await server.serve_forever()
            asyncio.run(main())
            """);
        string hold = _directory.Write("hold.py", """
            import asyncio, sys
            port, count = int(sys.argv[1]), int(sys.argv[2])
            async def ask(ends, text):
                ends[1].write(b'%s\n' % text)
                answer = await ends[0].readline()
                if answer != b'said %s\n' % text: sys.exit('asked %r and heard %r' % (text, answer))
            async def main():
                held = []
                while len(held) < count:
                    held += await asyncio.gather(*(asyncio.open_connection('127.0.0.1', port) for _ in range(200)))
                for i, ends in enumerate(held): await ask(ends, b'%d' % i)
                await ask(held[0], b'again')
                print('held', len(held))
            asyncio.run(main())
            """);
        int near = FreePort.Take(), far = FreePort.Take();
        string forward = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{near}:127.0.0.1:{far}");
        await using BackgroundSsh target = BackgroundSsh.Start("/bin/sh", [.. Wide("python3", echo, $"{far}")]);
        (await target.ConnectAsync(new IPEndPoint(IPAddress.Loopback, far))).Dispose();
        await using BackgroundSsh client = BackgroundSsh.Start("/bin/sh", [.. Wide(Requires.PublishedTool("ssh"), [.. await server.Sshd.ClientArgumentsAsync(), "-N", flag, forward, server.Sshd.Destination])]);
        (await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, near))).Dispose();

        RunResult held = await Run.Async("/bin/sh", Wide("python3", hold, $"{near}", $"{Count}"), limit: TimeSpan.FromMinutes(3));

        Assert.Equal($"held {Count}\n", held.Ends().Output);
        Assert.Equal("", client.Error.Trim());
    }

    // Each process has a descriptor for each connection, and some more.
    private static string[] Wide(string program, params string[] arguments) => ["-c", $"ulimit -n {Count + 1000} || exit 1; exec \"$@\"", "sh", program, .. arguments];
}
