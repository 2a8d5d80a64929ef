using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Unix;

namespace Nacre.Tools.FileTransfer;

/// <summary>An SFTP session with a program: ssh, which brings it to a server, or a server itself.</summary>
internal sealed class SftpConnection : IAsyncDisposable
{
    /// <summary>The exit status where the connection failed.</summary>
    public const int FailureStatus = 255;

    private const int PipeBytes = 1024 * 1024, BufferBytes = 256 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ChildProcess _child;

    private SftpConnection(SftpClient client, ChildProcess child) => (Client, _child) = (client, child);

    public SftpClient Client { get; }

    /// <summary>Starts the program and begins a session with it.</summary>
    /// <exception cref="FatalException">It cannot be started, or it ended, or speaks no SFTP.</exception>
    public static async Task<SftpConnection> OpenAsync(ProgramCall call)
    {
        (SafeFileHandle childInput, SafeFileHandle ourOutput) = Descriptors.CreatePipe(PipeBytes);
        (SafeFileHandle ourInput, SafeFileHandle childOutput) = Descriptors.CreatePipe(PipeBytes);
        ChildProcess child;
        try
        {
            child = call.Start(childInput, childOutput);
        }
        catch (UnixException error)
        {
            ourOutput.Dispose();
            ourInput.Dispose();
            throw new FatalException($"exec: {call.Path}: {UnixException.Describe(error.Errno)}\nConnection closed");
        }
        finally
        {
            childInput.Dispose();
            childOutput.Dispose();
        }

        PipeReader input = PipeReader.Create(new DescriptorStream(ourInput), new StreamPipeReaderOptions(bufferSize: BufferBytes));
        PipeWriter output = PipeWriter.Create(new DescriptorStream(ourOutput), new StreamPipeWriterOptions(minimumBufferSize: BufferBytes));
        try
        {
            return new SftpConnection(await SftpClient.StartAsync(input, output).ConfigureAwait(false), child);
        }
        catch (Exception error) when (error is SshException or IOException)
        {
            await output.CompleteAsync().ConfigureAwait(false);
            await input.CompleteAsync().ConfigureAwait(false);
            await EndAsync(child).ConfigureAwait(false);
            bool isClosed = error is IOException or SftpException { Status: SftpStatusCode.NoConnection };
            throw new FatalException(isClosed ? "Connection closed" : $"{error.Message}\nConnection closed");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync().ConfigureAwait(false);
        await EndAsync(_child).ConfigureAwait(false);
    }

    // Its input has ended, so it leaves by itself; one that does not is told to.
    private static async Task EndAsync(ChildProcess child)
    {
        await ((Task)child.Exited).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (child.Exited.IsCompleted) return;
        child.Signal(UnixSignal.TERM);
        await ((Task)child.Exited).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
