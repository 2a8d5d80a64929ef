using Nacre.Client;
using Nacre.Config.Files;

namespace Nacre.Config.Connections;

/// <summary>Where this process reads the configuration of a host: its user's files and the system's, this machine's names and addresses, the system's resolver.</summary>
internal static class MachineSource
{
    /// <summary>The source; null where the user of this process has no account.</summary>
    /// <param name="host">The host as it was given.</param>
    /// <param name="lines">What comes before any file.</param>
    /// <param name="configFile">The one file to read, or "none"; null for the usual ones.</param>
    /// <param name="matchExec">Runs the commands of Match exec; null where they are an error.</param>
    public static ClientConfigSource? Of(string host, CommandLineOptions lines, string? configFile, Func<string, bool>? matchExec) => LocalMachine.Identity() is not { } local ? null : new()
    {
        Files = new DiskConfigFiles(LocalMachine.FactsOf),
        Algorithms = CatalogNames.For(isClient: true),
        Local = local,
        Host = host,
        CommandLine = lines,
        ConfigFile = configFile,
        MatchExec = matchExec,
        Lookup = new SystemLookup(),
        LocalAddresses = LocalMachine.Addresses,
        ProgramVersion = SshClientOptions.DefaultVersion,
    };
}
