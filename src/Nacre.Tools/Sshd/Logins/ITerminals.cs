using System.Runtime.InteropServices;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>Where the terminals of a user's sessions come from: made here, or by whoever may.</summary>
internal interface ITerminals
{
    /// <summary>Where programs look for the name of one, in a process from which its path leads nowhere; null for the path.</summary>
    SafeHandle? Directory { get; }

    /// <summary>Makes one that is the user's.</summary>
    /// <exception cref="UnixException">The system has none left.</exception>
    ValueTask<Pty> OpenAsync(UserAccount account, CancellationToken ct);
}
