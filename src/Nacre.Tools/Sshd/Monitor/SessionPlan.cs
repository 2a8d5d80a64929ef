using System.Runtime.CompilerServices;
using Nacre.Config;
using Nacre.Tools.Sshd.Logins;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>What a user who has logged in is to have: a root directory of their own, and a session of PAM.</summary>
/// <param name="Account">The user.</param>
/// <param name="Root">The root directory; null for the machine's.</param>
/// <param name="StaysRoot">Whether the process stays outside of it, as root.</param>
/// <param name="Wanted">The session that PAM is to open; null for none.</param>
internal sealed record SessionPlan(UserAccount Account, string? Root, bool StaysRoot, KeptSession.Wanted? Wanted)
{
    /// <exception cref="UnixException">The user is not there any more.</exception>
    /// <exception cref="ChrootException">The root directory must not be used.</exception>
    public static SessionPlan Of(GuardedLogin login)
    {
        UserAccount account = login.Client.AccountOf(login.User!.Name) ?? throw new UnixException(Errno.ENOENT, "look up the user");
        ServerConfig config = login.Client.ConfigFor(account.Name);
        string? root = ChrootPath.For(account, config);

        // A runtime that still compiles opens its assemblies when they are first needed: such a build has each program launched into the root.
        return new SessionPlan(account, root, root is not null && RuntimeFeature.IsDynamicCodeSupported, config.UsePam ? PamVariables.SessionOf(account, root, login.User, login.Client, config) : null);
    }
}
