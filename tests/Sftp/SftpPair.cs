using System.IO.Pipelines;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

/// <summary>An SFTP server and a client of it, in memory.</summary>
internal sealed class SftpPair : IAsyncDisposable
{
    private readonly Task _serving;

    private SftpPair(SftpClient client, Task serving) => (Client, _serving) = (client, serving);

    public SftpClient Client { get; }

    public static async Task<SftpPair> StartAsync(IFileSystem files, SftpServerOptions? options = null)
    {
        (Pipe toServer, Pipe toClient) = (new Pipe(), new Pipe());
        Task serving = ServeAsync(new SftpServer(files, options), toServer.Reader, toClient.Writer);
        return new SftpPair(await SftpClient.StartAsync(toClient.Reader, toServer.Writer), serving);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _serving;
    }

    /// <summary>Serves to the end, and then ends what goes to the client.</summary>
    public static async Task ServeAsync(SftpServer server, PipeReader input, PipeWriter output)
    {
        try
        {
            await server.RunAsync(input, output);
        }
        finally
        {
            await input.CompleteAsync();
            await output.CompleteAsync();
        }
    }
}
