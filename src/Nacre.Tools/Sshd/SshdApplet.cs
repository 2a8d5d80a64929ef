using System.Net.Sockets;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Config.Values;
using Nacre.Protocol.Keys;
using Nacre.Tools.Shared;
using Nacre.Tools.Sshd.Authorisation;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>The program sshd: reads command line and configuration, loads the host keys, and serves in the way that was asked for.</summary>
internal static class SshdApplet
{
    private const int Failure = 255;

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
        List<ISigner> hostKeys = HostKeyFiles.Load(config.HostKeys, !config.HasOwnHostKeys, HostKeyFiles.FindAgent(config.HostKeyAgent, log), log);
        if (hostKeys.Count == 0)
        {
            log.Fatal("sshd: no hostkeys available -- exiting.");
            if (line.LogFile is null && !line.LogsToStandardError && line.DebugLevel == 0) Console.Error.WriteLine("sshd: no hostkeys available -- exiting.");
            return 1;
        }

        HostKeyFiles.AddCertificates(config.HostCertificates, hostKeys, log);
        if (line.IsDump) return Dump(line, config);
        if (line.IsTest) return 0;
        if (isDaemon && !Daemon.IsSuccessor) return Daemon.RunSuccessor(Environment.ProcessPath!, OwnArguments(arguments)).ExitStatus;
        return ServeAsync(line, config, hostKeys, log, isDaemon).GetAwaiter().GetResult();
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
        LogLevel level = line.IsQuiet ? LogLevel.Quiet : line.DebugLevel > 0 ? LogLevel.Verbose + Math.Min(line.DebugLevel, 3) : config.LogLevel;
        if (line.LogFile is { } file) return SshdLog.To(level, LogFile.Append(file));
        bool isSeen = line.LogsToStandardError || line.DebugLevel > 0 || line.IsTest || line.IsDump;
        return isSeen && !(isDaemon && !line.LogsToStandardError) ? SshdLog.ToStandardError(level) : SshdLog.ToSystemLog(level, config.SyslogFacility);
    }

    // What takes long leaves these threads, so that a few serve many connections; and what few threads do needs no switch between processors.
    private const int ProcessorsForSocketThread = 4;

    private static async Task<int> ServeAsync(SshdCommandLine line, ServerConfig config, IReadOnlyList<ISigner> hostKeys, SshdLog log, bool isDaemon)
    {
        InlineCompletions.Use(threads: Math.Max(1, Environment.ProcessorCount / ProcessorsForSocketThread));
        await using var service = new SshdService(config, hostKeys, log);
        if (line.IsInetd)
        {
            await ServeStandardStreamsAsync(service, config).ConfigureAwait(false);
            return 0;
        }

        if (!service.Listen()) return Failure;
        string? pidFile = line.DebugLevel == 0 ? config.PidFile : null;
        using var signals = new SignalWatch(UnixSignal.TERM, UnixSignal.INT, UnixSignal.HUP);
        if (pidFile is not null && !TryWritePid(pidFile, log)) pidFile = null;
        if (isDaemon) Daemon.Detach(line.LogsToStandardError ? 3 : 0);
        Task serving = service.RunAsync(servesOne: line.DebugLevel > 0);
        Task<UnixSignal> stopped = UntilStoppedAsync(signals, log);
        await Task.WhenAny(serving, stopped).ConfigureAwait(false);
        service.Stop();
        if (pidFile is not null) File.Delete(pidFile);
        return stopped.IsCompleted && await stopped.ConfigureAwait(false) != UnixSignal.TERM ? Failure : 0;
    }

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

    private static async Task<UnixSignal> UntilStoppedAsync(SignalWatch signals, SshdLog log)
    {
        while (true)
        {
            UnixSignal signal = await signals.NextAsync().ConfigureAwait(false);
            if (signal == UnixSignal.HUP)
            {
                log.Info("Received SIGHUP; restart sshd to read its configuration again.");
                continue;
            }

            log.Info($"Received signal {(int)signal}; terminating.");
            return signal;
        }
    }

    private static bool TryWritePid(string path, SshdLog log)
    {
        try
        {
            File.WriteAllText(path, Environment.ProcessId + "\n");
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.Error($"Couldn't create pid file \"{path}\": {error.Message}");
            return false;
        }
    }
}
