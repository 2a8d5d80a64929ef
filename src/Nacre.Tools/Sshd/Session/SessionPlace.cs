using System.Runtime.InteropServices;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Session;

/// <summary>What a session process has become: whose it is, and what it has in hand of what its user cannot reach.</summary>
/// <param name="Account">The user.</param>
/// <param name="StaysRoot">True where it has kept root's ids, and starts programs by the launcher.</param>
/// <param name="Records">The machine's records of logins, for reading.</param>
/// <param name="Terminals">Where programs find their terminals; null where by the path.</param>
internal sealed record SessionPlace(UserAccount Account, bool StaysRoot, LoginRecords Records, SafeHandle? Terminals);
