using System.Runtime.CompilerServices;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Unix;

namespace Nacre.Tools.FileTransfer;

/// <summary>An SFTP session with a server that our own ssh leads to, or a program.</summary>
internal sealed class SftpConnection : IAsyncDisposable
{
    /// <summary>The exit status where the connection failed.</summary>
    public const int FailureStatus = 255;

    private readonly RemoteCommand _command;

    private SftpConnection(SftpClient client, RemoteCommand command) => (Client, _command) = (client, command);

    public SftpClient Client { get; }

    /// <summary>Starts the program and begins a session with it.</summary>
    /// <exception cref="FatalException">It cannot be started, or it ended, or speaks no SFTP.</exception>
    public static async Task<SftpConnection> OpenAsync(ProgramCall call)
    {
        RemoteCommand command;
        try
        {
            command = await RemoteCommand.StartAsync(call).ConfigureAwait(false);
        }
        catch (UnixException error)
        {
            throw new FatalException($"exec: {call.Path}: {UnixException.Describe(error.Errno)}\nConnection closed");
        }

        try
        {
            return new SftpConnection(await SftpClient.StartAsync(command.Output, command.Input).ConfigureAwait(false), command);
        }
        catch (Exception error) when (error is SshException or IOException)
        {
            await command.DisposeAsync().ConfigureAwait(false);
            bool isClosed = error is IOException or SftpException { Status: SftpStatusCode.NoConnection };
            throw new FatalException(isClosed ? "Connection closed" : $"{error.Message}\nConnection closed");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await using ConfiguredAsyncDisposable closing = _command.ConfigureAwait(false);
        await Client.DisposeAsync().ConfigureAwait(false);
    }
}
