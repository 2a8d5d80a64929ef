using Nacre.Config;
using Nacre.Config.Files;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

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

    /// <summary>What the configuration asks about a file before it opens it; null when there is none.</summary>
    public static ConfigFileFacts? FactsOf(string path) => FileStatus.TryOfPath(path, out FileStatus status)
        ? new ConfigFileFacts(status.IsRegularFile, status.IsNullDevice, status.Uid, (UnixFileMode)(status.Mode & 0x1ff))
        : null;
}
