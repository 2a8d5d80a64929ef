using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Algorithms;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Mux;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>The program ssh: reads the command line and the configuration, answers what needs no connection, and leaves the rest to a <see cref="SshRun"/>.</summary>
internal static class SshApplet
{
    public static int Run(string[] arguments)
    {
        SshCommandLine line;
        try
        {
            line = SshCommandLine.Parse(arguments);
        }
        catch (UsageException wrong)
        {
            SshFlags.Table.Explain(wrong, Console.Error);
            return SshSession.FailureStatus;
        }
        catch (FatalException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            return wrong.Status;
        }

        if (line.IsVersion)
        {
            Console.Error.WriteLine(ProductVersion.Line);
            return 0;
        }

        if (line.Query is { } kind) return Query(kind);

        // There is no fork in managed code: the process that people start waits here for one that does the work and, when logged in, lets it go. That one
        // alone reads the configuration, so that its commands run once.
        if (line.IsForBackground && !Daemon.IsSuccessor) return RunSuccessor(arguments);
        try
        {
            // Standard error is not closed here: what goes wrong is said on it.
            using TextWriter? file = line.LogFile is { } name ? LogFile.Append(name) : null;
            return Run(line, arguments, file ?? Console.Error);
        }
        catch (FatalException fatal)
        {
            Console.Error.WriteLine(fatal.Message);
            return fatal.Status;
        }
    }

    /// <summary>Reads the configuration for a command line, and says how much to tell; null when it is wrong, which has then been said.</summary>
    public static (ClientConfig Config, ErrorTrace Trace)? Configure(SshCommandLine line, TextWriter log)
    {
        // What is wrong with the configuration is said however quiet ssh is to be.
        LogLevel atFirst = line.Level is { } level and > LogLevel.Info ? level : LogLevel.Info;
        ErrorTrace trace = line.LogsToSystem ? ErrorTrace.ToSystemLog(atFirst, "ssh", LogFacility.User, VerbosePlaces.None) : new ErrorTrace(atFirst, log);
        if (trace.IsOn(1)) trace.Say(ProductVersion.Line);
        if (ClientSetup.Load(line.Destination!.Host, line.Options, line.ConfigFile, trace) is not { } config) return null;
        return (config, line.LogsToSystem ? ErrorTrace.ToSystemLog(config.LogLevel, "ssh", config.SyslogFacility, new VerbosePlaces(config.LogVerbose)) : new ErrorTrace(config.LogLevel, log) { VerbosePlaces = new VerbosePlaces(config.LogVerbose) });
    }

    private static int Query(string kind)
    {
        if (AlgorithmCatalog.Query(kind) is not { } names)
        {
            Console.Error.WriteLine($"Unsupported query \"{kind}\"; ssh -Q help lists the kinds.");
            return SshSession.FailureStatus;
        }

        foreach (string name in names) Console.Out.WriteLine(name);
        return 0;
    }

    private static int Run(SshCommandLine line, string[] arguments, TextWriter log)
    {
        Timeline? timeline = line.IsTimed ? new Timeline(TimeProvider.System) : null;
        if (Configure(line, log) is not var (config, trace)) return SshSession.FailureStatus;
        if (line.IsDump)
        {
            Console.Out.Write(string.Join('\n', [.. config.Dump(), ""]));
            return 0;
        }

        if (line.Command.Length > 0 && config.RemoteCommand is not null)
        {
            trace.Fail("Cannot execute command-line and remote command.");
            return SshSession.FailureStatus;
        }

        if (new SharedRun(line, arguments, config, trace).TryRun() is { } shared) return shared;

        // The configuration may want it too, which only whoever has read it knows.
        if (config.ForkAfterAuthentication && !Daemon.IsSuccessor) return RunSuccessor(arguments);
        trace.Timeline = timeline;
        timeline?.OnStep("configuration read");
        WaitingThread.BeginWithOneThread();
        InlineCompletions.Use(threads: 1);
        var clock = new WaitingThread();
        int status = clock.WaitFor(new SshRun(line, config, trace, clock).RunAsync());
        if (timeline is not null) Report(timeline, trace);
        return status;
    }

    /// <summary>Has a process of its own do what this one was called for, and waits until that is logged in or has ended; returns the exit status.</summary>
    /// <param name="arguments">The words of the call.</param>
    /// <param name="role">What the process is for, when it is not all of it.</param>
    public static int RunSuccessor(IEnumerable<string> arguments, string role = Daemon.NoRole)
    {
        CStrings own = ["ssh"];
        foreach (string argument in arguments) own.Add(argument);
        return Daemon.RunSuccessor(Environment.ProcessPath!, own, role).ExitStatus;
    }

    private static void Report(Timeline timeline, ErrorTrace trace)
    {
        timeline.OnStep("end");
        foreach (string row in timeline.Lines()) trace.Say(row);
    }
}
