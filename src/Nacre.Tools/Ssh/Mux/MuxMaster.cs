using System.Net.Sockets;
using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Forwards;
using Nacre.Unix;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>The master of a shared connection: takes clients at the control socket and serves each of them over the one connection.</summary>
internal sealed class MuxMaster : IAsyncDisposable
{
    /// <summary>After a failure to take a client, such as for want of descriptors.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly ControlSocket _socket;
    private readonly CancellationTokenSource _listening = new();
    private readonly CancellationTokenSource _serving = new();
    private readonly TaskCompletionSource _terminated = NewSource();
    private readonly TaskCompletionSource _stopped = NewSource();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _conversations = [];
    private readonly List<Passenger> _passengers = [];
    private SignalWatch? _resizes;
    private Task _accepting = Task.CompletedTask;
    private TaskCompletionSource _arrival = NewSource();

    private MuxMaster(ControlSocket socket, SshClient client, ClientConfig config, ForwardSet forwards, ErrorTrace trace) =>
        (_socket, Client, Config, Forwards, Trace) = (socket, client, config, forwards, trace);

    public SshClient Client { get; }

    public ClientConfig Config { get; }

    public ForwardSet Forwards { get; }

    public ErrorTrace Trace { get; }

    /// <summary>Completes when a client has asked for the end of the connection.</summary>
    public Task Terminated => _terminated.Task;

    /// <summary>Whether there is a client, or a channel of anybody's.</summary>
    private bool IsUsed
    {
        get
        {
            lock (_lock) return _conversations.Count > 0 || Client.Multiplexer.ChannelCount > 0;
        }
    }

    /// <summary>Begins to take clients; null where the configuration wants none, and where another master has the socket already.</summary>
    /// <exception cref="FatalException">The socket cannot be listened at.</exception>
    public static MuxMaster? TryStart(SshClient client, ClientConfig config, ForwardSet forwards, ErrorTrace trace)
    {
        if (config.ControlPath is not { } path || config.ControlMaster == ControlMasterChoice.No) return null;
        trace.Write(1, "setting up multiplex master socket");
        if (ControlSocket.TryListen(path) is not { } socket) return null;
        var master = new MuxMaster(socket, client, config, forwards, trace);
        master._accepting = master.AcceptAsync();
        return master;
    }

    /// <summary>Stays while the connection is wanted: until a client ends it, until it ends by itself, or until those who use it have gone.</summary>
    /// <param name="staysUnused">True where it is kept though nobody uses it, as long as it takes clients and for the time of ControlPersist.</param>
    public async Task HoldAsync(bool staysUnused)
    {
        Task over = Task.WhenAny(Client.Completion, Terminated);
        TimeSpan patience = Config.ControlPersist is { IsOn: true, Timeout: var timeout } && timeout > TimeSpan.Zero ? timeout : Timeout.InfiniteTimeSpan;
        while (true)
        {
            Task arrival = Volatile.Read(ref _arrival).Task;
            await Task.WhenAny(over, WhenUnusedAsync()).ConfigureAwait(false);
            if (over.IsCompleted || !staysUnused || _stopped.Task.IsCompleted) return;
            using var waiting = new CancellationTokenSource();
            Task patient = Task.Delay(patience, waiting.Token);
            Task first = await Task.WhenAny(over, _stopped.Task, arrival, patient).ConfigureAwait(false);
            await waiting.CancelAsync().ConfigureAwait(false);
            if (first != patient || IsUsed) continue;
            Trace.Write(1, "ControlPersist timeout expired");
            return;
        }
    }

    /// <summary>Takes no more clients; those that there are go on.</summary>
    public void StopListening()
    {
        if (!_stopped.TrySetResult()) return;
        _listening.Cancel();
        _socket.Dispose();
    }

    /// <summary>Ends the connection, for a client that asked for it.</summary>
    public void Terminate() => _terminated.TrySetResult();

    /// <summary>Whether a person permits what a client wants, where the configuration says that one is asked.</summary>
    public ValueTask<bool> PermitsAsync(string question, CancellationToken ct) =>
        Config.ControlMaster is ControlMasterChoice.Ask or ControlMasterChoice.AutoAsk ? Askpass.OfProcess.ConfirmAsync(question, ct) : ValueTask.FromResult(true);

    /// <summary>Tells a session of changes of its terminal from now on.</summary>
    public void Add(Passenger passenger)
    {
        SignalWatch resizes;
        lock (_lock)
        {
            _passengers.Add(passenger);
            if (_resizes is not null || !passenger.HasTerminal) return;
            _resizes = resizes = new SignalWatch(UnixSignal.WINCH);
        }

        _ = WatchSizesAsync(resizes);
    }

    public void Remove(Passenger passenger)
    {
        lock (_lock) _passengers.Remove(passenger);
    }

    /// <summary>Lets all clients go.</summary>
    public async ValueTask DisposeAsync()
    {
        StopListening();
        await _accepting.ConfigureAwait(false);
        await _serving.CancelAsync().ConfigureAwait(false);
        Task[] conversations;
        lock (_lock) conversations = [.. _conversations];
        await ((Task)Task.WhenAll(conversations)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _resizes?.Dispose();
        _listening.Dispose();
        _serving.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AcceptAsync()
    {
        while (!_listening.IsCancellationRequested)
        {
            try
            {
                Socket accepted = await _socket.Listener.AcceptAsync(_listening.Token).ConfigureAwait(false);
                await PoolThread.EnterAsync();
                Serve(accepted);
            }
            catch (Exception error) when (error is SocketException or UnixException && !_listening.IsCancellationRequested)
            {
                Trace.Fail($"mux listener: accept: {error.Message}");
                await Task.Delay(PauseAfterFailure, _listening.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private void Serve(Socket accepted)
    {
        var socket = new MuxSocket(accepted);
        uint uid = socket.Peer.Uid;
        if (uid != 0 && uid != Users.CurrentUid)
        {
            Trace.Fail($"multiplex uid mismatch: peer euid {uid} != uid {Users.CurrentUid}");
            socket.Dispose();
            return;
        }

        var begin = new TaskCompletionSource();
        Task serving = ServeAsync(begin.Task, socket);
        lock (_lock) _conversations.Add(serving);
        Interlocked.Exchange(ref _arrival, NewSource()).SetResult();
        _ = ForgetAsync(serving);
        begin.SetResult();
    }

    // It begins when it is counted, so that it cannot end before.
    private async Task ServeAsync(Task begin, MuxSocket socket)
    {
        await begin.ConfigureAwait(false);
        using (socket) await new MasterConversation(this, socket).RunAsync(_serving.Token).ConfigureAwait(false);
    }

    private async Task ForgetAsync(Task serving)
    {
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock) _conversations.Remove(serving);
    }

    private async Task WhenUnusedAsync()
    {
        while (IsUsed)
        {
            Task[] conversations;
            lock (_lock) conversations = [.. _conversations];
            await ((Task)Task.WhenAll(conversations)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Client.Multiplexer.WhenNoChannels().ConfigureAwait(false);
            await Task.Yield();
        }
    }

    private async Task WatchSizesAsync(SignalWatch resizes)
    {
        try
        {
            while (true)
            {
                await resizes.NextAsync().ConfigureAwait(false);
                Passenger[] passengers;
                lock (_lock) passengers = [.. _passengers];
                foreach (Passenger passenger in passengers) passenger.Resize();
            }
        }
        catch (System.Threading.Channels.ChannelClosedException)
        {
            // The master ends.
        }
    }
}
