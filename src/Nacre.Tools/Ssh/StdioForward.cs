using System.Buffers;
using System.IO.Pipelines;
using Nacre.Client;
using Nacre.Config.Values;
using Nacre.Forwarding;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>Joins standard input and output to a host or a Unix socket that the server connects to (-W).</summary>
internal sealed class StdioForward(SshClient client, ForwardEnd target, ErrorTrace trace)
{
    private const int InputBlock = 32 * 1024;

    /// <summary>Carries both directions to their ends; returns the exit status.</summary>
    /// <param name="onOpened">What is to be done when the server has connected, and before anything is read or shown.</param>
    public async Task<int> RunAsync(Func<Task> onOpened)
    {
        SocketEndpoint end = target.Path is { } path ? SocketEndpoint.AtPath(path) : new TcpEndpoint(target.Host!, target.Port);
        Channel channel;
        try
        {
            channel = await client.OpenConnectionAsync(end, default).ConfigureAwait(false);
        }
        catch (SshException error)
        {
            trace.Fail($"channel 0: {error.Message}\nstdio forwarding failed");
            return SshSession.FailureStatus;
        }

        await using (channel)
        {
            await onOpened().ConfigureAwait(false);
            using var signals = new EndingSignals(trace);
            using var ended = new CancellationTokenSource();
            Task reading = FeedAsync(channel, ended.Token);
            Task showing = ShowAsync(channel);
            await Task.WhenAny(Task.WhenAll(reading, showing), channel.WaitForCloseAsync(default), signals.Came).ConfigureAwait(false);
            if (!signals.Came.IsCompleted) await showing.ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
            return signals.Came.IsCompleted || client.Completion.IsFaulted ? SshSession.FailureStatus : 0;
        }
    }

    private async Task FeedAsync(Channel channel, CancellationToken ct)
    {
        try
        {
            await using InheritedStream stdin = InheritedStream.OpenInput();
            while (await stdin.ReadAsync(channel.Output.GetMemory(InputBlock), ct).ConfigureAwait(false) is > 0 and int length)
            {
                channel.Output.Advance(length);
                if ((await channel.Output.FlushAsync(ct).ConfigureAwait(false)).IsCompleted) break;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SshException or IOException or UnixException or InvalidOperationException)
        {
            trace.Write(2, $"standard input ends: {error.Message}");
        }

        await channel.Output.CompleteAsync().ConfigureAwait(false);
    }

    private static async Task ShowAsync(Channel channel)
    {
        await using InheritedStream stdout = InheritedStream.OpenOutput();
        try
        {
            while (true)
            {
                ReadResult read = await channel.Input.ReadAsync().ConfigureAwait(false);
                ReadOnlySequence<byte> data = read.Buffer;
                stdout.Write(data);
                channel.Input.AdvanceTo(data.End);
                if (read.IsCompleted) break;
            }
        }
        catch (Exception error) when (error is IOException or SshException)
        {
            // Whoever read our output has gone, or the connection has: there is nobody to carry for.
            channel.Close();
        }

        await channel.Input.CompleteAsync().ConfigureAwait(false);
    }
}
