using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Chooses where a user's programs find the agent that a client lends: in ~/.ssh/agent, as OpenSSH does since 10.1.</summary>
/// <remarks>Not in /tmp: what runs apart from the rest of the machine in other ways often shares that directory with it.</remarks>
internal static class UserAgentSocket
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>A path that nothing is at, in a directory which is there; null when the user can have none.</summary>
    public static string? MakePath(UserAccount account, SshdLog log)
    {
        string dotSsh = Path.Join(account.Home, ".ssh");
        string directory = Path.Join(dotSsh, "agent");
        try
        {
            using FileIdentity identity = FileIdentity.Assume(account);
            Directory.CreateDirectory(dotSsh, OwnerOnly);
            Directory.CreateDirectory(directory, OwnerOnly);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.Error($"Agent forwarding disabled: couldn't create listener socket: {Printable.Escape(error.Message)}");
            return null;
        }

        return Path.Join(directory, AgentSocketName.New("sshd"));
    }
}
