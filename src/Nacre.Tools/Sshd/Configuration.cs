using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Config.Files;
using Nacre.Config.Values;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Reads the configuration that a command line of sshd asks for, and prints it as -T and -G do.</summary>
internal static class Configuration
{
    /// <summary>Reads the files anew; null when something is wrong, which has then been told.</summary>
    /// <param name="line">The command line, whose options come before the file.</param>
    /// <param name="tell">Gets each line about what is wrong or doubtful.</param>
    public static ServerConfig? Load(SshdCommandLine line, Action<string> tell)
    {
        if (LocalMachine.Identity() is not { } local)
        {
            tell($"sshd: no user exists for uid {Users.CurrentUid}");
            return null;
        }

        var diagnostics = new ConfigDiagnostics();
        var source = new ServerConfigSource
        {
            Files = new DiskConfigFiles(LocalMachine.FactsOf),
            Algorithms = CatalogNames.For(isClient: false),
            Local = local,
            CommandLine = line.Options,
            ConfigFile = line.ConfigFile,
        };
        ServerConfig? config = ServerConfigParser.Load(source, diagnostics);
        if (config is not null) ServerFaults.Find(config, diagnostics);
        foreach (ConfigDiagnostic diagnostic in diagnostics)
        {
            if (diagnostic.Severity != ConfigSeverity.Debug || line.DebugLevel > 0) tell(diagnostic.Text);
        }

        return diagnostics.HasErrors || config is null ? null : ListeningNames.Resolve(config, tell);
    }

    /// <summary>Tells what is wrong with the configuration: on standard error, but with -i, where that is the client's, in the log.</summary>
    public static void Tell(SshdCommandLine line, string text)
    {
        if (!line.IsInetd || line.LogsToStandardError || line.DebugLevel > 0)
        {
            Console.Error.WriteLine(text);
            return;
        }

        using SshdLog log = line.LogFile is { } file ? SshdLog.To(LogLevel.Info, LogFile.Append(file)) : SshdLog.ToSystemLog(LogLevel.Info, LogFacility.Auth);
        log.Error(text);
    }

    /// <summary>Prints the configuration, for the connection of -C where there is one; false when a Match leaves something open, which has then been told.</summary>
    public static bool TryDump(SshdCommandLine line, ServerConfig config, TextWriter output, Action<string> tell)
    {
        var connection = new MatchCriteria { ProgramVersion = ProductVersion.Identification, GroupsOf = GroupsOf };
        foreach (string specification in line.Connections)
        {
            if (MatchCriteria.TryParse(specification, connection, out connection, out string error)) continue;
            tell(error);
            return false;
        }

        var diagnostics = new ConfigDiagnostics();
        ServerConfig chosen = config.ForConnection(connection, diagnostics);
        foreach (ConfigDiagnostic diagnostic in diagnostics) tell(diagnostic.Text);
        if (diagnostics.HasErrors) return false;
        foreach (string dumped in chosen.Dump()) output.WriteLine(dumped);
        return true;
    }

    /// <summary>The names of a user's groups; null when there is no such user.</summary>
    public static IReadOnlyList<string>? GroupsOf(string userName) => Users.Find(userName) is { } account ? Users.GroupNamesOf(account) : null;
}
