using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;
using Nacre.Config;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Mux;
using Nacre.Unix;

namespace Nacre.Tools.FileTransfer;

/// <summary>Has the master of a shared connection run a command whose streams are pipes to this process.</summary>
internal static class SharedCommand
{
    private const int PipeBytes = 1024 * 1024, BufferBytes = 256 * 1024;

    /// <summary>Starts what the configuration and the command name; takes the connection to the master over.</summary>
    /// <returns>Null when the master would not, which has been said.</returns>
    public static RemoteCommand? TryStart(SharedConnection shared, ClientConfig config, string command, ErrorTrace trace)
    {
        (SafeFileHandle theirInput, SafeFileHandle ourOutput) = Descriptors.CreatePipe(PipeBytes);
        (SafeFileHandle ourInput, SafeFileHandle theirOutput) = Descriptors.CreatePipe(PipeBytes);
        PassengerRide? ride;
        using (theirInput)
        using (theirOutput) ride = shared.TryOpen(PassengerRequest.Of(config, command, wantsTerminal: false), theirInput, theirOutput);
        if (ride is null)
        {
            ourOutput.Dispose();
            ourInput.Dispose();
            shared.Dispose();
            return null;
        }

        PipeReader reading = PipeReader.Create(new DescriptorStream(ourInput), new StreamPipeReaderOptions(bufferSize: BufferBytes));
        PipeWriter writing = PipeWriter.Create(new DescriptorStream(ourOutput), new StreamPipeWriterOptions(minimumBufferSize: BufferBytes));

        // It blocks its thread, as the master's word about the end may be long in coming.
        Task<int> exited = Task.Factory.StartNew(() => ride.Wait(static () => { }), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return new RemoteCommand(reading, writing, exited, shared.Link.Abort, () => ReleaseAsync(shared));
    }

    private static ValueTask ReleaseAsync(SharedConnection shared)
    {
        shared.Dispose();
        return ValueTask.CompletedTask;
    }
}
