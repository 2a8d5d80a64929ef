using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Forwards;

namespace Nacre.Tools.Ssh;

/// <summary>The program ssh: reads the command line and the configuration, connects, and runs the session or holds the forwards.</summary>
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
        try
        {
            using TextWriter log = line.LogFile is { } file ? LogFile.Append(file) : Console.Error;
            return Run(line, log);
        }
        catch (FatalException fatal)
        {
            Console.Error.WriteLine(fatal.Message);
            return fatal.Status;
        }
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

    private static int Run(SshCommandLine line, TextWriter log)
    {
        if (Configure(line, log) is not var (config, trace)) return SshSession.FailureStatus;
        if (line.IsDump)
        {
            foreach (string dumped in config.Dump()) Console.Out.WriteLine(dumped);
            return 0;
        }

        if (line.Command.Length > 0 && config.RemoteCommand is not null)
        {
            trace.Fail("Cannot execute command-line and remote command.");
            return SshSession.FailureStatus;
        }

        return ConnectAndRunAsync(line, config, trace).GetAwaiter().GetResult();
    }

    /// <summary>Reads the configuration for a command line, and says how much to tell; null when it is wrong, which has then been said.</summary>
    public static (ClientConfig Config, ErrorTrace Trace)? Configure(SshCommandLine line, TextWriter log)
    {
        // What is wrong with the configuration is said however quiet ssh is to be.
        var trace = new ErrorTrace(line.Level is { } level and > LogLevel.Info ? level : LogLevel.Info, log);
        return ClientSetup.Load(line.Destination!.Host, line.Options, line.ConfigFile, trace) is { } config ? (config, new ErrorTrace(config.LogLevel, log)) : null;
    }

    private static async Task<int> ConnectAndRunAsync(SshCommandLine line, ClientConfig config, ErrorTrace trace)
    {
        SshClient? client = await ClientSetup.ConnectAsync(config, trace).ConfigureAwait(false);
        if (client is null) return SshSession.FailureStatus;
        await using (client)
        {
            await using var forwards = new ForwardSet(client, config, trace);
            if (!await forwards.StartConfiguredAsync().ConfigureAwait(false)) return SshSession.FailureStatus;
            if (config.SessionType == SessionChoice.None) return await WaitAsync(client, trace).ConfigureAwait(false);
            string command = line.Command.Length > 0 ? line.Command : config.RemoteCommand ?? "";
            try
            {
                bool isSubsystem = line.IsSubsystem || config.SessionType == SessionChoice.Subsystem;
                return await new SshSession(client, config, command, isSubsystem, trace).RunAsync().ConfigureAwait(false);
            }
            catch (SshException error)
            {
                trace.Fail(error.Message);
                return SshSession.FailureStatus;
            }
        }
    }

    private static async Task<int> WaitAsync(SshClient client, ErrorTrace trace)
    {
        try
        {
            await client.Completion.ConfigureAwait(false);
        }
        catch (SshException error)
        {
            trace.Fail(error.Message);
        }

        return SshSession.FailureStatus;
    }
}
