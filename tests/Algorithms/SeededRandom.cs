using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Tests.Algorithms;

/// <summary>A stream of bytes that a seed determines: SHA-256 of the seed and a counter, block after block.</summary>
internal sealed class SeededRandom(int seed) : IRandomSource
{
    private readonly byte[] _block = new byte[32];
    private ulong _counter;
    private int _used = 32;

    public void Fill(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            if (_used == _block.Length) NextBlock();
            int count = Math.Min(destination.Length, _block.Length - _used);
            _block.AsSpan(_used, count).CopyTo(destination);
            destination = destination[count..];
            _used += count;
        }
    }

    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    /// <summary>A number from zero to one below the limit.</summary>
    public int Below(int limit)
    {
        Span<byte> bytes = stackalloc byte[4];
        Fill(bytes);
        return (int)(BinaryPrimitives.ReadUInt32LittleEndian(bytes) % (uint)limit);
    }

    private void NextBlock()
    {
        Span<byte> input = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(input, seed);
        BinaryPrimitives.WriteUInt64LittleEndian(input[4..], _counter++);
        SHA256.HashData(input, _block);
        _used = 0;
    }
}
