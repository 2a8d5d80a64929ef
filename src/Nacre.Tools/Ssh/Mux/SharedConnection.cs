using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Mux;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>Has the master of a shared connection do what ssh was called for, where there is one.</summary>
internal sealed class SharedConnection : IDisposable
{
    private readonly MasterLink _link;
    private readonly MasterClient _master;
    private readonly ClientConfig _config;
    private readonly ErrorTrace _trace;

    private SharedConnection(MasterLink link, ClientConfig config, ErrorTrace trace) => (_link, _master, _config, _trace) = (link, new MasterClient(link), config, trace);

    /// <summary>The link to the master, for those who speak another protocol over it.</summary>
    public MasterLink Link => _link;

    /// <summary>Connects to the master that the configuration leads to; null where there is none, which is no fault.</summary>
    /// <param name="config">Of the host.</param>
    /// <param name="command">What -O wants; null for a session.</param>
    /// <param name="trace">Where it is told.</param>
    /// <exception cref="FatalException">-O wants a master, and there is none.</exception>
    public static SharedConnection? TryConnect(ClientConfig config, string? command, ErrorTrace trace)
    {
        if (config.ControlPath is not { } path) return command is null ? null : throw new FatalException("No ControlPath specified for \"-O\" command");
        if (config.ControlMaster is ControlMasterChoice.Auto or ControlMasterChoice.AutoAsk) trace.Write(1, "auto-mux: Trying existing master");
        if (Encoding.UTF8.GetByteCount(path) >= ControlSocket.PathBytes) throw new FatalException($"ControlPath too long ('{path}' >= {ControlSocket.PathBytes} bytes)");
        try
        {
            var shared = new SharedConnection(MasterLink.Connect(path), config, trace);
            trace.Write(1, $"multiplexing control connection at {path}");
            return shared;
        }
        catch (SocketException error)
        {
            TellNone(path, ErrnoOf(error), command, config, trace);
        }
        catch (SshException error)
        {
            trace.Fail(error.Message);
            if (command is not null) throw new FatalException("");
        }

        return null;
    }

    /// <summary>Does what -O says; returns the exit status.</summary>
    /// <exception cref="FatalException">The master declined, or has gone.</exception>
    public int Control(string command)
    {
        try
        {
            switch (command)
            {
                case "check":
                    Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"Master running (pid={_master.CheckAlive()})\r\n"));
                    break;
                case "exit":
                    _master.Terminate();
                    Confirm("Exit request sent.");
                    break;
                case "stop":
                    _master.StopListening();
                    Confirm("Stop listening request sent.");
                    break;
                case "forward":
                    if (!RequestForwards(tellsPorts: true)) throw new FatalException("muxclient: master forward request failed");
                    break;
                case "cancel":
                    if (!CancelForwards()) _trace.Fail("muxclient: master cancel forward request failed");
                    break;
                case "conninfo":
                    Console.Out.Write(_master.ReadInfo("connection"));
                    break;
                case "channels":
                    Console.Out.Write(_master.ReadInfo("channels"));
                    break;
                default:
                    throw new InvalidOperationException($"-O {command} was not checked.");
            }

            return 0;
        }
        catch (MuxRefusal refused)
        {
            throw new FatalException(ComplaintOf(command, refused));
        }
        catch (SshException gone)
        {
            throw new FatalException(gone.Message);
        }
    }

    /// <summary>Joins standard input and output to what -W names; returns the exit status.</summary>
    public int RunStdioForward(ForwardEnd target)
    {
        try
        {
            int pid = _master.CheckAlive();
            using SafeFileHandle input = InputDescriptor(), output = Descriptors.Inherited(1);
            uint session = _master.OpenStdioForward(target, input, output);
            _trace.Write(1, $"mux_client_request_stdio_fwd: master session id: {session}");
            using var signals = new PassengerSignals(_link, pid);
            return _link.Read() is null ? 0 : throw new FatalException("master returned unexpected message");
        }
        catch (MuxRefusal refused)
        {
            throw new FatalException(refused.IsDenied ? $"Master refused stdio forwarding request: {refused.Message}" : $"Stdio forwarding request failed: {refused.Message}");
        }
        catch (SshException gone)
        {
            throw new FatalException(gone.Message);
        }
    }

    /// <summary>Has the master start the forwards, then opens the session on our standard streams and waits for its end.</summary>
    /// <param name="request">The session; null where only forwards are wanted, for which it stays while the master does.</param>
    /// <param name="onStarted">What is to be done when the session is there.</param>
    /// <returns>The exit status; null when the master would not, which has been said: then whoever asked connects by itself.</returns>
    public int? TryRunSession(PassengerRequest? request, Action onStarted) => Attempt<int?>(() =>
    {
        if (!RequestForwards(tellsPorts: false))
        {
            _trace.Fail("muxclient: master forward request failed");
            return null;
        }

        int pid = _master.CheckAlive();
        if (request is null)
        {
            onStarted();
            using var ending = new PassengerSignals(_link, pid);
            _ = _link.Read();
            return SshSession.FailureStatus;
        }

        using SafeFileHandle input = InputDescriptor(), output = Descriptors.Inherited(1);
        return Ride(request, Open(request, pid, input, output), onStarted);
    });

    /// <summary>Opens a session on descriptors that are the caller's, for a program that speaks with it in this process.</summary>
    /// <returns>Its end, to be waited for; null when the master would not, which has been said.</returns>
    public PassengerRide? TryOpen(PassengerRequest request, SafeFileHandle input, SafeFileHandle output) =>
        Attempt(() => Open(request, _master.CheckAlive(), input, output));

    /// <summary>Has the master pass on the connection protocol over the link.</summary>
    public void BecomeProxy()
    {
        try
        {
            _master.BecomeProxy();
        }
        catch (MuxRefusal refused)
        {
            throw new FatalException($"mux_client_proxy: master returned error: {refused.Message}");
        }
        catch (SshException gone)
        {
            throw new FatalException(gone.Message);
        }
    }

    public void Dispose() => _link.Dispose();

    private static void TellNone(string path, Errno error, string? command, ClientConfig config, ErrorTrace trace)
    {
        string failure = $"Control socket connect({path}): {UnixException.Describe(error)}";
        if (command is not null) throw new FatalException(failure);
        if (error == Errno.ECONNREFUSED && config.ControlMaster != ControlMasterChoice.No)
        {
            trace.Write(1, $"Stale control socket {path}, unlinking");
            _ = Libc.unlink(path);
        }
        else if (error == Errno.ENOENT)
        {
            trace.Write(1, $"Control socket \"{path}\" does not exist");
        }
        else
        {
            trace.Fail(failure);
        }
    }

    // The runtime has its own word for a path that leads nowhere.
    private static Errno ErrnoOf(SocketException error) => error.SocketErrorCode == SocketError.AddressNotAvailable ? Errno.ENOENT : (Errno)error.NativeErrorCode;

    private static string ComplaintOf(string command, MuxRefusal refused) => command switch
    {
        "exit" => refused.IsDenied ? $"Master refused termination request: {refused.Message}" : $"termination request failed: {refused.Message}",
        "stop" => refused.IsDenied ? $"Master refused stop listening request: {refused.Message}" : $"stop listening request failed: {refused.Message}",
        _ => $"master returned error: {refused.Message}",
    };

    private T? Attempt<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (MuxRefusal refused)
        {
            _trace.Fail(refused.IsDenied ? $"Master refused session request: {refused.Message}" : $"mux_client_request_session: session request failed: {refused.Message}");
        }
        catch (SshException gone)
        {
            _trace.Fail($"mux_client_request_session: {gone.Message}");
        }

        return default;
    }

    private PassengerRide Open(PassengerRequest request, int masterPid, SafeFileHandle input, SafeFileHandle output)
    {
        using SafeFileHandle error = Descriptors.Inherited(2);
        return new PassengerRide(_link, _trace) { MasterPid = masterPid, Session = _master.OpenSession(request, input, output, error) };
    }

    private int Ride(PassengerRequest request, PassengerRide ride, Action onStarted)
    {
        onStarted();
        using RawMode? raw = request.WantsTerminal ? RawMode.TryEnter(0) : null;
        _trace.IsRaw = raw is not null;
        using var signals = new PassengerSignals(_link, ride.MasterPid, request.WantsTerminal);
        int status = ride.Wait(() =>
        {
            raw?.Leave();
            _trace.IsRaw = false;
        });
        raw?.Leave();
        _trace.IsRaw = false;
        if (request.WantsTerminal) _trace.Say($"Shared connection to {_config.Hostname} closed.");
        return signals.HasEnded ? SshSession.FailureStatus : status;
    }

    private void Confirm(string line)
    {
        if (_config.LogLevel != LogLevel.Quiet) Console.Error.Write($"{line}\r\n");
    }

    private SafeFileHandle InputDescriptor() => _config.StdinNull ? File.OpenHandle("/dev/null") : Descriptors.Inherited(0);

    private bool RequestForwards(bool tellsPorts)
    {
        bool isGood = true;
        foreach ((MuxForwardKind kind, Forward forward) in Forwards())
        {
            try
            {
                if (_master.OpenForward(kind, forward) is not { } port) continue;
                _trace.Verbose(string.Create(CultureInfo.InvariantCulture, $"Allocated port {port} for remote forward to {forward.Connect?.Host ?? ""}:{forward.Connect?.Port ?? 0}"));
                if (tellsPorts) Console.Out.WriteLine(port.ToString(CultureInfo.InvariantCulture));
            }
            catch (MuxRefusal refused)
            {
                TellForward(refused);
                isGood = false;
            }
        }

        return isGood;
    }

    private bool CancelForwards()
    {
        bool isGood = true;
        foreach ((MuxForwardKind kind, Forward forward) in Forwards())
        {
            try
            {
                _master.CloseForward(kind, forward);
            }
            catch (MuxRefusal refused)
            {
                TellForward(refused);
                isGood = false;
            }
        }

        return isGood;
    }

    private void TellForward(MuxRefusal refused) =>
        _trace.Fail(refused.IsDenied ? $"Master refused forwarding request: {refused.Message}" : $"mux_client_forward: forwarding request failed: {refused.Message}");

    private IEnumerable<(MuxForwardKind Kind, Forward Forward)> Forwards() =>
    [
        .. _config.LocalForwards.Select(static forward => (MuxForwardKind.Local, forward)),
        .. _config.DynamicForwards.Select(static forward => (MuxForwardKind.Dynamic, forward)),
        .. _config.RemoteForwards.Select(static forward => (MuxForwardKind.Remote, forward)),
    ];
}
