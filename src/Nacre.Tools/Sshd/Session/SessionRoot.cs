using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.Ciphers;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Session;

/// <summary>A root directory of the user's own (ChrootDirectory), which a session process enters for good while it is root.</summary>
/// <remarks>
/// What is needed of the machine is opened before and kept: libraries, the time zone, the file of last logins, and the directory of terminals, by a
/// mount that leads nowhere else. Everything else is what it is within: the shell, the user's files, the names of users and of hosts.
/// </remarks>
internal static class SessionRoot
{
    /// <summary>Enters it, and returns where programs find their terminals; null where by the path.</summary>
    /// <param name="directory">The directory, which the monitor has found to be root's alone.</param>
    /// <param name="records">The machine's records of logins.</param>
    public static SafeHandle? Enter(string directory, LoginRecords records)
    {
        LoadLibraries();
        _ = TimeZoneInfo.Local;
        _ = FileModeMask.Own;
        records.HoldLast();
        SafeHandle? terminals = Pty.OpenDirectory();
        Privileges.ChangeRoot(directory);
        return terminals;
    }

    // Libraries are bound when they are first used, and the base library binds its own.
    private static void LoadLibraries()
    {
        _ = SHA256.HashData([]);
        CipherAlgorithm cipher = AlgorithmCatalog.Ciphers.Rows.First(row => row is { IsDefault: true, IsAead: true });
        PacketCiphers.CreateSealer(cipher, null, new byte[cipher.KeyLength], new byte[cipher.IvLength], []).Dispose();
    }
}
