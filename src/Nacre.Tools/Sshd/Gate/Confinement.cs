using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Nacre.Crypto;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.Ciphers;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Gate;

/// <summary>Gives up, for good and before a byte from the network is read, all that the gate does not need: ids, files, further privileges, system calls.</summary>
internal static class Confinement
{
    /// <summary>Takes it all away; true where the kernel bounds the system calls, too.</summary>
    /// <param name="root">An empty directory that nobody but root can write to.</param>
    /// <param name="uid">Whose ids to take on.</param>
    /// <param name="gid">The only group.</param>
    public static bool Enter(string root, uint uid, uint gid)
    {
        LoadLibraries();

        // A runtime that still compiles opens its assemblies when they are first needed, so it keeps a view of the files: as nobody in particular, and for reading.
        bool compiles = RuntimeFeature.IsDynamicCodeSupported;
        if (!compiles) Privileges.ChangeRoot(root);
        Privileges.DropForGood(uid, gid, [gid]);
        Prctl.SetNoNewPrivileges();
        return SystemCallFilter.TryConfine(allowsNewCode: compiles);
    }

    // What a key exchange needs is opened while there are files. Each primitive is used once: libraries are bound late, and the base library binds its own.
    private static void LoadLibraries()
    {
        _ = SHA256.HashData([]);
        foreach (KeyExchangeAlgorithm row in AlgorithmCatalog.KeyExchanges.Rows.Where(row => row.IsServerDefault))
        {
            using KeyExchangeMethod client = row.Create!(SystemRandom.Instance);
            using KeyExchangeMethod server = row.Create!(SystemRandom.Instance);
            _ = server.Respond(client.Begin(), out Secret shared);
            shared.Dispose();
        }

        MacAlgorithm mac = AlgorithmCatalog.Macs.Rows[0];
        foreach (CipherAlgorithm cipher in AlgorithmCatalog.Ciphers.Rows.Where(row => row.IsDefault))
        {
            MacAlgorithm? own = cipher.IsAead ? null : mac;
            PacketCiphers.CreateSealer(cipher, own, new byte[cipher.KeyLength], new byte[cipher.IvLength], new byte[own?.KeyLength ?? 0]).Dispose();
        }
    }
}
