using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>Encrypts or decrypts whole blocks; the chain or the counter goes on from packet to packet.</summary>
internal delegate void BlockTransform(ReadOnlySpan<byte> input, Span<byte> output);

/// <summary>Writes the initial vector with which another cipher of the same key goes on from here.</summary>
internal delegate void IvWriter(Span<byte> iv);

/// <summary>One direction's cipher without authentication, in counter mode or chaining.</summary>
internal sealed class BlockStream : IDisposable
{
    private readonly BlockTransform _apply;
    private readonly IvWriter _writeIv;
    private readonly IDisposable _cipher;

    private BlockStream(BlockTransform apply, IvWriter writeIv, IDisposable cipher, int blockSize, bool isChained) =>
        (_apply, _writeIv, _cipher, BlockSize, IsChained) = (apply, writeIv, cipher, blockSize, isChained);

    public int BlockSize { get; }

    /// <summary>True for cipher block chaining, which needs the care of A-40.</summary>
    public bool IsChained { get; }

    public static BlockStream Create(CipherAlgorithm algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, CipherDirection direction)
    {
        if (algorithm.Construction == CipherConstruction.Ctr)
        {
            var ctr = new AesCtr(key, iv);
            return new BlockStream(ctr.Apply, ctr.WriteIv, ctr, algorithm.BlockSize, isChained: false);
        }

        if (algorithm.BlockSize == TripleDesCbc.BlockSize)
        {
            var tripleDes = new TripleDesCbc(key, iv, direction);
            return new BlockStream(tripleDes.Apply, tripleDes.WriteIv, tripleDes, algorithm.BlockSize, isChained: true);
        }

        var cbc = new AesCbc(key, iv, direction);
        return new BlockStream(cbc.Apply, cbc.WriteIv, cbc, algorithm.BlockSize, isChained: true);
    }

    public void Apply(ReadOnlySpan<byte> input, Span<byte> output) => _apply(input, output);

    /// <summary>Writes the initial vector with which another stream of the same key goes on from here.</summary>
    public void WriteIv(Span<byte> iv) => _writeIv(iv);

    public void Dispose() => _cipher.Dispose();
}
