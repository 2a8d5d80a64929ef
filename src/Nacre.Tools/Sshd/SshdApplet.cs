using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Config.Values;
using Nacre.Protocol.Keys;
using Nacre.Tools.Shared;
using Nacre.Tools.Sshd.Authorisation;
using Nacre.Tools.Sshd.Metrics;
using Nacre.Tools.Sshd.Monitor;
using Nacre.Tools.Sshd.Operations;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>The program sshd: reads command line and configuration, loads the host keys, and serves in the way that was asked for.</summary>
internal static class SshdApplet
{
    private const int Failure = 255;

    // What a service manager shows.
    private const string Accepting = "Accepts connections.";
    private const string Ending = "Accepts nobody any more; connections may end by themselves for a while.";

    public static int Run(string[] arguments)
    {
        SshdCommandLine line;
        try
        {
            line = SshdCommandLine.Parse(arguments);
        }
        catch (UsageException wrong)
        {
            SshdFlags.Table.Explain(wrong, Console.Error);
            return 1;
        }
        catch (FatalException fatal)
        {
            Console.Error.WriteLine(fatal.Message);
            return fatal.Status;
        }

        AllowNobodyElseToWrite();
        if (line.IsVersion)
        {
            Console.Error.WriteLine(ProductVersion.Line);
            return 0;
        }

        if (Configuration.Load(line, text => Configuration.Tell(line, text)) is not { } config) return Failure;
        if (line.IsPlainDump) return Dump(line, config);
        bool isDaemon = !line.IsForeground && line.DebugLevel == 0 && !line.IsInetd && !line.IsTest && !line.IsDump;
        try
        {
            using SshdLog log = OpenLog(line, config, isDaemon);
            log.Obey(config);
            return Run(line, config, log, isDaemon, arguments);
        }
        catch (FatalException fatal)
        {
            Console.Error.WriteLine(fatal.Message);
            return fatal.Status;
        }
    }

    private static int Run(SshdCommandLine line, ServerConfig config, SshdLog log, bool isDaemon, string[] arguments)
    {
        if (LookupCommand.FaultIn(config) is { } fault) throw new FatalException($"sshd: {fault}", status: 1);
        List<ISigner> hostKeys = LoadHostKeys(config, log);
        if (hostKeys.Count == 0)
        {
            log.Fatal("sshd: no hostkeys available -- exiting.");
            if (line.LogFile is null && !LogsHere(line, isDaemon)) Console.Error.WriteLine("sshd: no hostkeys available -- exiting.");
            return 1;
        }

        if (line.IsDump) return Dump(line, config);
        if (line.IsTest) return 0;
        if (isDaemon && !Daemon.IsSuccessor) return Daemon.RunSuccessor(Environment.ProcessPath!, OwnArguments(arguments)).ExitStatus;
        OpenFileLimit.Raise();
        KeptThreads.Start(areAll: false);
        bool isApart = Users.IsRoot && !line.IsInetd && line.DebugLevel == 0;
        Task<int> serving = isApart ? ServeApartAsync(line, config, hostKeys, log, isDaemon) : ServeAsync(line, config, hostKeys, log, isDaemon);
        return serving.GetAwaiter().GetResult();
    }

    private static List<ISigner> LoadHostKeys(ServerConfig config, SshdLog log)
    {
        List<ISigner> hostKeys = HostKeyFiles.Load(config.HostKeys, !config.HasOwnHostKeys, HostKeyFiles.FindAgent(config.HostKeyAgent, log), config.SecurityKeyProvider, log);
        HostKeyFiles.AddCertificates(config.HostCertificates, hostKeys, log);
        return hostKeys;
    }

    private static int Dump(SshdCommandLine line, ServerConfig config) => Configuration.TryDump(line, config, Console.Out, Console.Error.WriteLine) ? 0 : Failure;

    // Neither here nor in what is started from here: users' programs inherit the mask.
    private static void AllowNobodyElseToWrite()
    {
        const uint groupAndOthersWrite = 0b000_010_010;
        uint mask = Prctl.SetFileModeMask(groupAndOthersWrite);
        _ = Prctl.SetFileModeMask(mask | groupAndOthersWrite);
    }

    private static CStrings OwnArguments(string[] arguments)
    {
        CStrings own = ["sshd"];
        foreach (string argument in arguments) own.Add(argument);
        return own;
    }

    private static SshdLog OpenLog(SshdCommandLine line, ServerConfig config, bool isDaemon)
    {
        LogLevel level = LevelOf(line, config);
        if (line.LogFile is { } file) return SshdLog.To(level, LogFile.Append(file));
        return LogsHere(line, isDaemon) ? SshdLog.ToStandardError(level) : SshdLog.ToSystemLog(level, config.SyslogFacility);
    }

    private static bool LogsHere(SshdCommandLine line, bool isDaemon) => line.LogsToStandardError || (!isDaemon && (line.DebugLevel > 0 || line.IsTest || line.IsDump));

    private static async Task<int> ServeAsync(SshdCommandLine line, ServerConfig config, IReadOnlyList<ISigner> hostKeys, SshdLog log, bool isDaemon)
    {
        InlineCompletions.UseInServer();
        await using var service = new SshdService(config, hostKeys, line.Proxies, log) { LongestRecordedHost = line.LongestRecordedHost };
        if (line.IsInetd)
        {
            await ServeStandardStreamsAsync(service, config).ConfigureAwait(false);
            return 0;
        }

        var notice = ServiceNotice.Take();
        if (!service.Listen()) return Failure;
        string? pidFile = line.DebugLevel == 0 ? config.PidFile : null;
        using var signals = new SignalWatch(UnixSignal.TERM, UnixSignal.INT, UnixSignal.HUP);
        if (pidFile is not null && !TryWritePid(pidFile, log)) pidFile = null;
        if (isDaemon) Daemon.Detach(line.LogsToStandardError ? 3 : 0);
        await using var metrics = new MetricsEndpoint(service.Figures, log);
        await metrics.ListenAsync(config.MetricsListen).ConfigureAwait(false);
        Task serving = service.RunAsync(servesOne: line.DebugLevel > 0);
        Task<UnixSignal> stopped = UntilStoppedAsync(signals, ReloadAsync);
        notice.Ready(Accepting);
        await Task.WhenAny(serving, stopped).ConfigureAwait(false);
        notice.Stopping(Ending);
        service.Stop();
        if (stopped.IsCompleted)
        {
            log.Info($"Received signal {(int)await stopped.ConfigureAwait(false)}; terminating.");
            await Drain.WaitAsync(() => service.Connections, line.DrainTime, signals, log).ConfigureAwait(false);
        }

        if (pidFile is not null) File.Delete(pidFile);
        return stopped.IsCompleted && await stopped.ConfigureAwait(false) != UnixSignal.TERM ? Failure : 0;

        async Task ReloadAsync() => pidFile = await SshdApplet.ReloadAsync(line, service.Change, metrics, notice, pidFile, log).ConfigureAwait(false);
    }

    /// <summary>Serves as root: privileges are kept apart from the network, each in processes of their own.</summary>
    private static async Task<int> ServeApartAsync(SshdCommandLine line, ServerConfig config, IReadOnlyList<ISigner> hostKeys, SshdLog log, bool isDaemon)
    {
        InlineCompletions.UseInServer();
        var notice = ServiceNotice.Take();
        if (!OomScore.TryProtect()) log.Write(1, "this system may end sshd for want of memory: the score of OOM cannot be set");
        await using var monitor = new SshdMonitor(config, hostKeys, line.Proxies, log) { LongestRecordedHost = line.LongestRecordedHost };
        if (!monitor.Listen()) return Failure;
        using var signals = new SignalWatch(UnixSignal.TERM, UnixSignal.INT, UnixSignal.HUP);
        string? pidFile = config.PidFile is { } path && TryWritePid(path, log) ? path : null;
        if (isDaemon) Daemon.Detach(line.LogsToStandardError ? 3 : 0);
        await using var metrics = new MetricsEndpoint(monitor.Figures, log);
        await metrics.ListenAsync(config.MetricsListen).ConfigureAwait(false);
        monitor.Start();
        notice.Ready(Accepting);
        UnixSignal signal = await UntilStoppedAsync(signals, ReloadAsync).ConfigureAwait(false);
        log.Info($"Received signal {(int)signal}; terminating.");
        notice.Stopping(Ending);
        monitor.StopAccepting();
        await Drain.WaitAsync(() => monitor.Connections, line.DrainTime, signals, log).ConfigureAwait(false);
        if (pidFile is not null) File.Delete(pidFile);
        return signal == UnixSignal.TERM ? 0 : Failure;

        async Task ReloadAsync() => pidFile = await SshdApplet.ReloadAsync(line, monitor.Change, metrics, notice, pidFile, log).ConfigureAwait(false);
    }

    /// <summary>Reads the configuration again and has it obeyed; returns the name of the file with the process's number, if there is one now.</summary>
    private static async Task<string?> ReloadAsync(SshdCommandLine line, Action<ServerConfig, IReadOnlyList<ISigner>> change, MetricsEndpoint metrics, ServiceNotice notice, string? pidFile, SshdLog log)
    {
        notice.Reloading();
        ServerConfig? reloaded = Reload(line, change, log);
        notice.Ready(Accepting);
        if (reloaded is not { } next) return pidFile;
        await metrics.ListenAsync(next.MetricsListen).ConfigureAwait(false);
        if (pidFile is not null && pidFile != next.PidFile) File.Delete(pidFile);

        // Written again, so that whoever waits for the change can see that it is made.
        return line.DebugLevel == 0 && next.PidFile is { } file && TryWritePid(file, log) ? file : null;
    }

    // A file that is broken changes nothing: the server goes on as it is, and says what is wrong.
    private static ServerConfig? Reload(SshdCommandLine line, Action<ServerConfig, IReadOnlyList<ISigner>> change, SshdLog log)
    {
        log.Info("Received SIGHUP; reading the configuration again.");
        if (Configuration.Load(line, log.Error) is not { } config)
        {
            log.Error("The configuration is broken; the one before stays in force.");
            return null;
        }

        List<ISigner> hostKeys = LoadHostKeys(config, log);
        if (hostKeys.Count == 0)
        {
            log.Error("There is no host key any more; the configuration before stays in force.");
            return null;
        }

        change(config, hostKeys);
        Change(line, config, log);
        return config;
    }

    // A file is opened anew, for it may have been moved out of the way.
    private static void Change(SshdCommandLine line, ServerConfig config, SshdLog log)
    {
        try
        {
            log.MoveTo(line.LogFile is { } file ? LogFile.Append(file) : null, config.SyslogFacility);
        }
        catch (FatalException fault)
        {
            log.Error(fault.Message);
        }

        log.SetLevel(LevelOf(line, config));
        log.Obey(config);
    }

    private static LogLevel LevelOf(SshdCommandLine line, ServerConfig config) => line.IsQuiet ? LogLevel.Quiet : line.DebugLevel > 0 ? LogLevel.Verbose + Math.Min(line.DebugLevel, 3) : config.LogLevel;

    private static async Task ServeStandardStreamsAsync(SshdService service, ServerConfig config)
    {
        if (FileStatus.TryOfDescriptor(0, out FileStatus status) && status.IsSocket)
        {
            var socket = new Socket(new SafeSocketHandle(0, ownsHandle: false));
            if (socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            {
                await service.ServeAsync(socket).ConfigureAwait(false);
                return;
            }
        }

        var stream = new DuplexStream(InheritedStream.OpenInput(), InheritedStream.OpenOutput());
        await service.ServeAsync(stream, ClientConnection.OnPipes(config)).ConfigureAwait(false);
    }

    private static async Task<UnixSignal> UntilStoppedAsync(SignalWatch signals, Func<Task> reload)
    {
        UnixSignal signal;
        while ((signal = await signals.NextAsync().ConfigureAwait(false)) == UnixSignal.HUP) await reload().ConfigureAwait(false);
        return signal;
    }

    private static bool TryWritePid(string path, SshdLog log)
    {
        try
        {
            // Over what is there, so that nobody ever reads an empty file while the same number is written again.
            byte[] number = Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n");
            using SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.Write(file, number, 0);
            if (RandomAccess.GetLength(file) > number.Length) RandomAccess.SetLength(file, number.Length);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.Error($"Couldn't create pid file \"{path}\": {error.Message}");
            return false;
        }
    }
}
