using System.IO.Compression;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Algorithms.Compression;

/// <summary>Decompresses zlib (RFC 1950) up to the packet limit, however small the bytes that would grow past it .</summary>
internal sealed class ZlibDecompressor : IDecompressor
{
    private readonly PayloadStream _input = new();
    private readonly ZLibStream _zlib;
    private byte[] _output = new byte[4 * 1024];

    public ZlibDecompressor() => _zlib = new ZLibStream(_input, CompressionMode.Decompress);

    public ReadOnlySpan<byte> Decompress(ReadOnlySpan<byte> payload)
    {
        _input.Begin(payload);
        int length = 0;
        try
        {
            while (true)
            {
                int read = _zlib.Read(_output.AsSpan(length));
                if (read == 0) break;
                length += read;
                if (length > PacketLimits.MaxPacketLength)
                {
                    throw new SshViolationException(Violation.BadCompression, $"A payload decompresses to more than {PacketLimits.MaxPacketLength} bytes.");
                }

                if (length == _output.Length) Array.Resize(ref _output, Math.Min(2 * length, PacketLimits.MaxPacketLength + 1));
            }
        }
        catch (InvalidDataException damaged)
        {
            throw new SshViolationException(Violation.BadCompression, "A payload is not compressed as agreed.", damaged);
        }

        // No payload is empty, so nothing comes out only of a part of a block or after the end of the stream, which a connection has none of.
        if (length == 0) throw new SshViolationException(Violation.BadCompression, "A payload decompresses to nothing.");
        return _output.AsSpan(0, length);
    }

    public void Dispose() => _zlib.Dispose();

    /// <summary>The compressed payloads one after the other, as a stream that ends for the time being after each.</summary>
    private sealed class PayloadStream : Stream
    {
        private byte[] _bytes = [];
        private int _position;
        private int _end;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Begin(ReadOnlySpan<byte> payload)
        {
            if (_bytes.Length < payload.Length) _bytes = new byte[payload.Length];
            payload.CopyTo(_bytes);
            (_position, _end) = (0, payload.Length);
        }

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, _end - _position);
            _bytes.AsSpan(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
