using System.Globalization;
using Nacre.Agent;
using Nacre.Config.Patterns;
using Nacre.Config.Values;
using Nacre.Tools.SecurityKeys;
using Nacre.Tools.Shared;
using Nacre.Tools.Tokens;
using Nacre.Unix;

namespace Nacre.Tools.SshAgent;

/// <summary>The program ssh-agent: holds private keys for whoever is this user, in the background or around a command.</summary>
/// <remarks>
/// In the background it is a successor of the process that people start (see <see cref="Daemon"/>), which makes the socket, so that it is there when that process
/// returns or becomes the command.
/// </remarks>
internal static class SshAgentApplet
{
    private const string SocketVariable = "SSH_AUTH_SOCK", PidVariable = "SSH_AGENT_PID";
    private const string DefaultProviders = "/usr/lib*/*,/usr/local/lib*/*";

    /// <summary>OpenSSH's status for an agent that a signal, or the end of its command, has ended.</summary>
    private const int Ended = 2;

    public static int Run(string[] arguments)
    {
        try
        {
            AgentSettings settings = AgentSettings.Parse(arguments, Environment.GetEnvironmentVariable("SHELL"));
            if (settings.IsVersion)
            {
                Console.Error.WriteLine(ProductVersion.Line);
                return 0;
            }

            if (settings.Kills) return Kill(settings);
            if (Daemon.IsSuccessor) return RunInBackground(settings);
            if (settings.Cleanings > 0) return Clean(settings);
            return settings.IsInForeground ? RunInForeground(settings) : Start(settings, arguments);
        }
        catch (UsageException wrong)
        {
            SshAgentFlags.Table.Explain(wrong, Console.Error);
            return 1;
        }
        catch (FatalException fatal)
        {
            Console.Error.WriteLine(fatal.Message);
            return fatal.Status;
        }
    }

    private static int Clean(AgentSettings settings)
    {
        AgentSocket.RemoveStale(isAllHosts: settings.Cleanings > 1);
        return 0;
    }

    private static int Kill(AgentSettings settings)
    {
        if (Environment.GetEnvironmentVariable(PidVariable) is not { } text) throw new FatalException($"{PidVariable} not set, cannot kill agent", status: 1);
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long pid)) throw NoPid(text, "invalid");
        if (pid is < 2 or > int.MaxValue) throw NoPid(text, pid < 2 ? "too small" : "too large");
        try
        {
            RunningProcess.Signal((int)pid, UnixSignal.TERM);
        }
        catch (UnixException refused)
        {
            throw new FatalException(refused.Message, status: 1);
        }

        string format = settings.IsForCShell ? "unsetenv {0};" : "unset {0};";
        Console.Out.Write(string.Format(CultureInfo.InvariantCulture, format, SocketVariable) + "\n" + string.Format(CultureInfo.InvariantCulture, format, PidVariable) + "\n");
        Console.Out.Write($"echo Agent pid {pid} killed;\n");
        return 0;

        static FatalException NoPid(string text, string why) => new($"{PidVariable}=\"{text}\", which is not a good PID: {why}", status: 1);
    }

    private static int Start(AgentSettings settings, string[] arguments)
    {
        AgentSocket socket = MakeSocket(settings);
        CStrings own = ["ssh-agent"];
        foreach (string argument in arguments) own.Add(argument);
        (int status, int pid) = Daemon.RunSuccessor(Environment.ProcessPath!, own, socket.Role, socket.Listening.SafeHandle);
        if (status != 0)
        {
            socket.Remove();
            return status;
        }

        string number = pid.ToString(CultureInfo.InvariantCulture);
        if (settings.Command.Count == 0)
        {
            Console.Out.Write(Setting(settings, SocketVariable, socket.Path) + Setting(settings, PidVariable, number) + $"echo Agent pid {number};\n");
            return 0;
        }

        CStrings command = [], environment = CStrings.OwnEnvironment();
        foreach (string word in settings.Command) command.Add(word);
        environment.Set(SocketVariable, socket.Path);
        environment.Set(PidVariable, number);
        try
        {
            RunningProcess.Become(command, environment);
        }
        catch (UnixException refused)
        {
            // The agent sees that this process ends, and ends as well.
            Console.Error.WriteLine(refused.Message);
        }

        return 1;
    }

    private static int RunInBackground(AgentSettings settings)
    {
        using RunningProcess? parent = settings.Command.Count > 0 ? RunningProcess.OpenParent() : null;
        var trace = ErrorTrace.ToSystemLog(LogLevel.Info, "ssh-agent", LogFacility.Auth, VerbosePlaces.None);
        AgentSocket socket = AgentSocket.Adopt(Daemon.Role);
        return ServeAsync(settings, socket, trace, parent?.WaitAsync()).GetAwaiter().GetResult();
    }

    private static int RunInForeground(AgentSettings settings)
    {
        AgentSocket? passed = settings is { SocketPath: null, IsInTemporaryDirectory: false } ? AgentSocket.TakePassed() : null;
        AgentSocket socket = passed ?? MakeSocket(settings);
        var trace = new ErrorTrace(settings.IsDebugging ? LogLevel.Debug3 : LogLevel.Info, Console.Error);
        string place = passed is null ? Setting(settings, SocketVariable, socket.Path) : "";
        Console.Out.Write($"{place}echo Agent pid {Environment.ProcessId};\n");
        int ended = ServeAsync(settings, socket, trace, commandEnded: null).GetAwaiter().GetResult();

        // Whoever has started it with a socket stops it by a signal, and takes any other status for a failure.
        return passed is null ? ended : 0;
    }

    private static AgentSocket MakeSocket(AgentSettings settings)
    {
        bool isAtHome = settings is { SocketPath: null, IsInTemporaryDirectory: false };
        if (isAtHome && !settings.LeavesStaleSockets) AgentSocket.RemoveStale(isAllHosts: false);
        return AgentSocket.Make(settings);
    }

    private static async Task<int> ServeAsync(AgentSettings settings, AgentSocket socket, ErrorTrace trace, Task? commandEnded)
    {
        // People look for it by this name, whatever the executable's is.
        Prctl.SetName("ssh-agent");

        // Before there is any key: other processes of the user are to read none from this one's memory or from its core.
        Prctl.SetDumpable(false);
        InlineCompletions.Use(threads: 1);
        string providers = settings.AllowedProviders ?? DefaultProviders;
        var tokens = new AgentTokens(trace.Fail);
        await using var closing = tokens.ConfigureAwait(false);
        var options = new AgentServerOptions
        {
            DefaultLifetime = settings.Lifetime,
            Confirmer = new AskpassConfirmer(settings.Hash),
            Tokens = tokens,
            AllowsProvider = path => PatternMatcher.MatchesList(path, providers),
            AllowsRemoteProviders = settings.AllowsRemoteProviders,
            Time = BootTime.Instance,
            SecurityKeys = (key, provider) => AgentSecurityKeys.Reach(key, provider, settings.Hash),
            SignsAnythingFor = application => PatternMatcher.MatchesList(application, settings.SafeApplications),
            Trace = trace,
            Warn = trace.Fail,
        };
        using var signals = new SignalWatch(UnixSignal.TERM, UnixSignal.HUP, UnixSignal.INT, UnixSignal.USR1);
        using var stop = new CancellationTokenSource();
        var agent = new AgentServer(options);
        await using (agent.ConfigureAwait(false))
        {
            Task serving = agent.ListenAsync(socket.Listening, stop.Token);
            if (Daemon.IsSuccessor)
            {
                Environment.CurrentDirectory = "/";
                Daemon.Detach();
            }

            Task stopped = UntilStoppedAsync(agent, signals, settings.IsInForeground, trace);
            await Task.WhenAny(stopped, commandEnded ?? Task.Delay(Timeout.Infinite, CancellationToken.None)).ConfigureAwait(false);
            socket.Remove();
            await stop.CancelAsync().ConfigureAwait(false);
            await serving.ConfigureAwait(false);
        }

        return Ended;
    }

    private static async Task UntilStoppedAsync(AgentServer agent, SignalWatch signals, bool isInForeground, ErrorTrace trace)
    {
        while (true)
        {
            switch (await signals.NextAsync().ConfigureAwait(false))
            {
                case UnixSignal.USR1:
                    trace.Write(1, $"{agent.RemoveAll()} keys erased by SIGUSR1");
                    break;
                case UnixSignal.INT when !isInForeground:
                    break;
                default:
                    return;
            }
        }
    }

    private static string Setting(AgentSettings settings, string name, string value) =>
        settings.IsForCShell ? $"setenv {name} {value};\n" : $"{name}={value}; export {name};\n";
}
