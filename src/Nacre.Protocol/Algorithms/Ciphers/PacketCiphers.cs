using Nacre.Crypto;
using Nacre.Protocol.Algorithms.Macs;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>Composes a cipher and its MAC into the sealer or the opener of one direction, which keep copies of their keys.</summary>
internal static class PacketCiphers
{
    /// <summary>Composes a sealer.</summary>
    /// <param name="cipher">The cipher.</param>
    /// <param name="mac">The MAC; null exactly when the cipher authenticates by itself.</param>
    /// <param name="key">As many bytes as the cipher's key has.</param>
    /// <param name="iv">As many bytes as the cipher's initial vector has.</param>
    /// <param name="macKey">As many bytes as the MAC's key has.</param>
    public static IPacketSealer CreateSealer(
        CipherAlgorithm cipher, MacAlgorithm? mac, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> macKey)
    {
        CheckLengths(cipher, mac, key, iv, macKey);
        if (cipher.Construction == CipherConstruction.Gcm) return new GcmSealer(key, iv);
        if (cipher.Construction == CipherConstruction.ChaChaPoly) return new ChaChaPolySealer(key);
        var blocks = BlockStream.Create(cipher, key, iv, CipherDirection.Encrypt);
        PacketMac authenticator = mac!.Create(macKey);
        return mac.IsEtm ? new EncryptThenMacSealer(blocks, authenticator) : new EncryptAndMacSealer(blocks, authenticator);
    }

    /// <summary>Composes an opener from the same keys as its sealer.</summary>
    public static IPacketOpener CreateOpener(
        CipherAlgorithm cipher, MacAlgorithm? mac, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> macKey)
    {
        CheckLengths(cipher, mac, key, iv, macKey);
        if (cipher.Construction == CipherConstruction.Gcm) return new GcmOpener(key, iv);
        if (cipher.Construction == CipherConstruction.ChaChaPoly) return new ChaChaPolyOpener(key);
        var blocks = BlockStream.Create(cipher, key, iv, CipherDirection.Decrypt);
        PacketMac authenticator = mac!.Create(macKey);
        return mac.IsEtm ? new EncryptThenMacOpener(blocks, authenticator) : new EncryptAndMacOpener(blocks, authenticator);
    }

    private static void CheckLengths(
        CipherAlgorithm cipher, MacAlgorithm? mac, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> macKey)
    {
        if (cipher.IsAead != mac is null) throw new ArgumentException($"{cipher.Name} goes {(cipher.IsAead ? "without" : "with")} a MAC.", nameof(mac));
        if (key.Length != cipher.KeyLength || iv.Length != cipher.IvLength || macKey.Length != (mac?.KeyLength ?? 0))
        {
            throw new ArgumentException(
                $"{cipher.Name} takes a key of {cipher.KeyLength} bytes and an initial vector of {cipher.IvLength}, its MAC a key of {mac?.KeyLength ?? 0}.");
        }
    }
}
