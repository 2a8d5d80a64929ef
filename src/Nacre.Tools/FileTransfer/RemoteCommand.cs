using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tools.FileTransfer;

/// <summary>A command that runs at the other side, or a server here: what it says, what it is told and how it ends, whoever carries it.</summary>
/// <param name="output">What it writes.</param>
/// <param name="input">What it reads.</param>
/// <param name="exited">Its exit status; or that of what carries it.</param>
/// <param name="stop">Ends what carries it, where it does not end by itself.</param>
/// <param name="release">Lets go of what carried it; not before, since what it wrote last may be read after its end.</param>
internal sealed class RemoteCommand(PipeReader output, PipeWriter input, Task<int> exited, Action stop, Func<ValueTask> release) : IAsyncDisposable
{
    private const int PipeBytes = 1024 * 1024, BufferBytes = 256 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public PipeReader Output => output;

    public PipeWriter Input => input;

    /// <summary>Starts a program on two pipes, or our own ssh in this process; its standard error is ours.</summary>
    /// <exception cref="UnixException">It cannot be started.</exception>
    public static ValueTask<RemoteCommand> StartAsync(ProgramCall call) => call.SshArguments is { } words ? new(OwnSsh.StartAsync(words)) : new(Spawn(call));

    /// <summary>Tells it that no more comes, and waits for its end, however long that takes.</summary>
    public async Task<int> FinishAsync()
    {
        await input.CompleteAsync().ConfigureAwait(false);
        await output.CompleteAsync().ConfigureAwait(false);
        return await exited.ConfigureAwait(false);
    }

    /// <summary>Lets go of it: its input has ended, so it leaves by itself; one that does not is told to.</summary>
    public async ValueTask DisposeAsync()
    {
        // Whatever it has not taken is not sent any more.
        await input.CompleteAsync(new OperationCanceledException()).ConfigureAwait(false);
        await output.CompleteAsync().ConfigureAwait(false);
        await ((Task)exited).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!exited.IsCompleted)
        {
            stop();
            await ((Task)exited).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await release().ConfigureAwait(false);
    }

    private static RemoteCommand Spawn(ProgramCall call)
    {
        (SafeFileHandle childInput, SafeFileHandle ourOutput) = Descriptors.CreatePipe(PipeBytes);
        (SafeFileHandle ourInput, SafeFileHandle childOutput) = Descriptors.CreatePipe(PipeBytes);
        ChildProcess child;
        try
        {
            child = call.Start(childInput, childOutput, ignoresInterrupts: true);
        }
        catch (UnixException)
        {
            ourOutput.Dispose();
            ourInput.Dispose();
            throw;
        }
        finally
        {
            childInput.Dispose();
            childOutput.Dispose();
        }

        PipeReader reading = PipeReader.Create(new DescriptorStream(ourInput), new StreamPipeReaderOptions(bufferSize: BufferBytes));
        PipeWriter writing = PipeWriter.Create(new DescriptorStream(ourOutput), new StreamPipeWriterOptions(minimumBufferSize: BufferBytes));
        return new RemoteCommand(reading, writing, StatusAsync(child), () => child.Signal(UnixSignal.TERM), static () => ValueTask.CompletedTask);
    }

    private static async Task<int> StatusAsync(ChildProcess child) => (await child.Exited.ConfigureAwait(false)).ShellStatus;
}
