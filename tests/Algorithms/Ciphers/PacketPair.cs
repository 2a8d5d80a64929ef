using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.Ciphers;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Algorithms.Ciphers;

/// <summary>A sealer and an opener of the same keys, and what is needed to make a second of either.</summary>
internal sealed class PacketPair : IDisposable
{
    public PacketPair(string cipher, string? mac, int seed = 1)
    {
        Random = new SeededRandom(seed);
        Cipher = AlgorithmCatalog.Ciphers[cipher];
        Mac = mac is null ? null : AlgorithmCatalog.Macs[mac];
        Key = Random.Bytes(Cipher.KeyLength);
        Iv = Random.Bytes(Cipher.IvLength);
        MacKey = Random.Bytes(Mac?.KeyLength ?? 0);
        Sealer = PacketCiphers.CreateSealer(Cipher, Mac, Key, Iv, MacKey);
        Opener = NewOpener();
    }

    public SeededRandom Random { get; }

    public CipherAlgorithm Cipher { get; }

    public MacAlgorithm? Mac { get; }

    public byte[] Key { get; }

    public byte[] Iv { get; }

    public byte[] MacKey { get; }

    public IPacketSealer Sealer { get; }

    public IPacketOpener Opener { get; }

    /// <summary>Every cipher of the catalog, alone if it authenticates by itself, else with every MAC of the catalog.</summary>
    public static TheoryData<string, string?> All
    {
        get
        {
            var all = new TheoryData<string, string?>();
            foreach (CipherAlgorithm cipher in AlgorithmCatalog.Ciphers.Rows)
            {
                if (cipher.IsAead) all.Add(cipher.Name, null);
                else foreach (MacAlgorithm mac in AlgorithmCatalog.Macs.Rows) all.Add(cipher.Name, mac.Name);
            }

            return all;
        }
    }

    public IPacketOpener NewOpener() => PacketCiphers.CreateOpener(Cipher, Mac, Key, Iv, MacKey);

    /// <summary>padding_length, a random payload and random padding of the least length that fits.</summary>
    public byte[] Frame(int payloadLength)
    {
        int outside = Sealer.IsLengthOutside ? 0 : 4;
        int padding = PacketLimits.MinPadding;
        while ((outside + 1 + payloadLength + padding) % Sealer.BlockSize != 0) padding++;
        byte[] frame = Random.Bytes(1 + payloadLength + padding);
        frame[0] = (byte)padding;
        return frame;
    }

    public byte[] Seal(byte[] frame, uint sequence)
    {
        byte[] output = new byte[frame.Length + Sealer.Overhead];
        Assert.Equal(output.Length, Sealer.Seal(frame, sequence, output));
        return output;
    }

    public void Dispose()
    {
        Sealer.Dispose();
        Opener.Dispose();
    }
}
