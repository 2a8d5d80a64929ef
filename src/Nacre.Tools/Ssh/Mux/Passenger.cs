using Nacre.Client;
using Nacre.Config;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Lending;
using Nacre.Unix;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>A session of another process, on the descriptors that it gave: runs in the master, over the master's connection.</summary>
/// <param name="client">The master's connection.</param>
/// <param name="config">The master's configuration.</param>
/// <param name="process">What runs at the server.</param>
/// <param name="request">What the other process wanted.</param>
/// <param name="streams">Its standard input, output and error.</param>
/// <param name="trace">The master's.</param>
internal sealed class Passenger(SshClient client, ClientConfig config, RemoteProcess process, PassengerRequest request, PassengerStreams streams, ErrorTrace trace) : IAsyncDisposable
{
    /// <summary>Whether the server gave it a terminal.</summary>
    public bool HasTerminal => process.HasTerminal;

    /// <summary>Asks the server for the session.</summary>
    /// <exception cref="SshException">The server gives none, or the connection is over.</exception>
    public static async Task<Passenger> StartAsync(MuxMaster master, PassengerRequest request, PassengerStreams streams, CancellationToken ct)
    {
        // What the other process sends is let through as the master's own SendEnv says; the master's SetEnv holds for all.
        ClientConfig config = master.Config;
        var options = new RunOptions
        {
            Terminal = request.WantsTerminal ? SessionTerminal.Describe(streams.InputDescriptor, request.Terminal) : null,
            IsTerminalOptional = true,
            Environment = [.. request.Environment.Where(variable => SentVariables.IsSent(variable.Key, config)), .. SentVariables.Set(config)],
        };
        using var lending = new LentToSession(master.Client, config, master.Trace);
        options = await lending.AddToAsync(options, request.WantsX11, request.WantsAgent, ct).ConfigureAwait(false);
        RemoteProcess process = await RunAsync(master.Client, request, options, ct).ConfigureAwait(false);
        lending.Report(options, process);
        return new Passenger(master.Client, config, process, request, streams, master.Trace);
    }

    /// <summary>Carries its bytes until the program has ended and all that it wrote is written here.</summary>
    /// <param name="ct">Ends it early: the other process has gone.</param>
    public async Task<ProcessExit> RunAsync(CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task reading = HasTerminal && request.Escape is { } escape
            ? new PassengerEscapes(client, config, process, streams, escape, trace).PumpAsync(ended.Token)
            : DescriptorPump.FromAsync(streams.Input, process.Input, ended.Token);
        Task<ProcessExit> exiting = ExitAsync();
        await Task.WhenAll(WriteOutputAsync(ct), DescriptorPump.ToAsync(process.Error, streams.Error, ct)).ConfigureAwait(false);
        ProcessExit exit = ct.IsCancellationRequested ? ProcessExit.Unknown : await exiting.WaitAsync(ct).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        return exit;
    }

    /// <summary>The terminal of the other process has another size.</summary>
    public void Resize()
    {
        if (HasTerminal && TerminalSize.TryOf(streams.InputDescriptor, out TerminalSize size)) process.Resize((int)size.Columns, (int)size.Rows, (int)size.PixelWidth, (int)size.PixelHeight);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private static Task<RemoteProcess> RunAsync(SshClient client, PassengerRequest request, RunOptions options, CancellationToken ct) =>
        request.IsSubsystem ? client.OpenSubsystemAsync(request.Command, options, ct)
        : request.Command.Length == 0 ? client.OpenShellAsync(options, ct)
        : client.RunAsync(request.Command, options, ct);

    private async Task WriteOutputAsync(CancellationToken ct)
    {
        if (!await DescriptorPump.ToAsync(process.Output, streams.Output, ct).ConfigureAwait(false)) process.RefuseOutput();
    }

    private async Task<ProcessExit> ExitAsync()
    {
        try
        {
            return await process.WaitForExitAsync().ConfigureAwait(false);
        }
        catch (SshException)
        {
            // The master tells why its connection has ended.
            return ProcessExit.Unknown;
        }
    }
}
