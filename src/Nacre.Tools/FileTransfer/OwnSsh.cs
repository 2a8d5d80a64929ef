using System.Buffers;
using System.IO.Pipelines;
using Nacre.Client;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh;
using Nacre.Tools.Ssh.Forwards;
using Nacre.Tools.Ssh.Mux;

namespace Nacre.Tools.FileTransfer;

/// <summary>Runs our own ssh in this process, so that what it carries crosses no pipe: the streams are the channel's.</summary>
internal static class OwnSsh
{
    /// <summary>Logs in and starts what the arguments name.</summary>
    /// <returns>The command; when that failed, which has been said, one that has ended with ssh's status for it.</returns>
    public static async Task<RemoteCommand> StartAsync(IReadOnlyList<string> arguments)
    {
        SshCommandLine line;
        try
        {
            line = SshCommandLine.Parse([.. arguments]);
        }
        catch (UsageException wrong)
        {
            SshFlags.Table.Explain(wrong, Console.Error);
            return Failed();
        }

        if (SshApplet.Configure(line, Console.Error) is not var (config, trace)) return Failed();
        if (new SharedRun(line, arguments, config, trace).TryOpen() is { } shared)
        {
            if (SharedCommand.TryStart(shared, config, line.Command, trace) is { } carried) return carried;
        }

        SshClient? client = await ClientSetup.ConnectAsync(config, trace, TimeProvider.System).ConfigureAwait(false);
        if (client is null) return Failed();
        var forwards = new ForwardSet(client, config, trace);
        MuxMaster? master = null;
        try
        {
            master = SharedRun.TryBecomeMaster(client, config, forwards, trace);
            var session = new SshSession(client, config, line.Command, trace);
            RemoteProcess process = await session.StartAsync().ConfigureAwait(false);
            return new RemoteCommand(process.Output, process.Input, session.FinishAsync(process), () => Stop(client), () => ReleaseAsync(process, master, client));
        }
        catch (SshException error)
        {
            trace.Fail(error.Message);
            if (master is not null) await master.DisposeAsync().ConfigureAwait(false);
            await client.DisposeAsync().ConfigureAwait(false);
            return Failed();
        }
    }

    // Whoever shares the connection meanwhile may finish, as with ssh.
    private static async ValueTask ReleaseAsync(RemoteProcess process, MuxMaster? master, SshClient client)
    {
        await process.DisposeAsync().ConfigureAwait(false);
        if (master is not null)
        {
            await master.HoldAsync(staysUnused: false).ConfigureAwait(false);
            await master.DisposeAsync().ConfigureAwait(false);
        }

        await client.DisposeAsync().ConfigureAwait(false);
    }

    private static void Stop(SshClient client) => _ = client.DisposeAsync().AsTask();

    private static RemoteCommand Failed() =>
        new(PipeReader.Create(ReadOnlySequence<byte>.Empty), PipeWriter.Create(Stream.Null), Task.FromResult(SshSession.FailureStatus), static () => { }, static () => ValueTask.CompletedTask);
}
