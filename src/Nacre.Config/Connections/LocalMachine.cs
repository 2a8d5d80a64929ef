using System.Net;
using System.Net.NetworkInformation;
using Nacre.Config.Files;
using Nacre.Unix;

namespace Nacre.Config.Connections;

/// <summary>Tells the configuration of the process that reads it: user, home, host name, environment.</summary>
internal static class LocalMachine
{
    /// <summary>The identity, or null when the uid has no account.</summary>
    public static LocalIdentity? Identity()
    {
        UserAccount? account = Users.Current;
        if (account is null) return null;
        return new LocalIdentity
        {
            UserName = account.Name,
            HomeDirectory = account.Home,
            UserId = account.Uid,
            HostName = Users.HostName,
            WorkingDirectory = Environment.CurrentDirectory,
            HomeOf = static name => Users.Find(name)?.Home,
            Environment = Environment.GetEnvironmentVariable,
        };
    }

    /// <summary>The addresses of the interfaces that are up; the loopback's state is not known to the system.</summary>
    public static IReadOnlyList<IPAddress> Addresses() => [.. NetworkInterface.GetAllNetworkInterfaces()
        .Where(static each => each.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
        .SelectMany(static each => each.GetIPProperties().UnicastAddresses)
        .Select(static each => each.Address)];

    /// <summary>What the configuration asks about a file before it opens it; null when there is none.</summary>
    public static ConfigFileFacts? FactsOf(string path) => FileStatus.TryOfPath(path, out FileStatus status)
        ? new ConfigFileFacts(status.IsRegularFile, status.IsNullDevice, status.Uid, (UnixFileMode)(status.Mode & 0x1ff))
        : null;
}
