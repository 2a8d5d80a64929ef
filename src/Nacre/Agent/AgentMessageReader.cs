using Nacre.Crypto;
using Nacre.Protocol.Agent;

namespace Nacre.Agent;

/// <summary>Reads the requests of one connection, into memory that is pinned and wiped: there are keys and passphrases among them.</summary>
internal sealed class AgentMessageReader(Stream stream) : IDisposable
{
    private const int FirstSize = 4096;

    private Secret _buffer = new(FirstSize);
    private int _start, _end;

    /// <summary>The request that was read last, without its length; good until the next one is read.</summary>
    public ReadOnlyMemory<byte> Message { get; private set; }

    /// <summary>Reads the next request; empty at the end of the connection, also where that comes within one.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken ct)
    {
        Wipe();
        if (!await FillAsync(AgentMessage.HeaderLength, ct).ConfigureAwait(false)) return default;
        int length = AgentMessage.ReadLength(_buffer.Span[_start..]);
        if (!await FillAsync(AgentMessage.HeaderLength + length, ct).ConfigureAwait(false)) return default;
        Message = _buffer.Memory.Slice(_start + AgentMessage.HeaderLength, length);
        _start += AgentMessage.HeaderLength + length;
        return Message;
    }

    public void Dispose() => _buffer.Dispose();

    private void Wipe()
    {
        Message = default;
        _buffer.Span[.._start].Clear();
        if (_start != _end) return;
        _start = _end = 0;
    }

    private async ValueTask<bool> FillAsync(int count, CancellationToken ct)
    {
        while (_end - _start < count)
        {
            if (_end == _buffer.Length) MakeRoom();
            int got = await stream.ReadAsync(_buffer.Memory[_end..], ct).ConfigureAwait(false);
            if (got == 0) return false;
            _end += got;
        }

        return true;
    }

    // It grows as bytes come: what is announced and not sent costs nothing.
    private void MakeRoom()
    {
        int kept = _end - _start;
        var next = new Secret(kept > _buffer.Length / 2 ? _buffer.Length * 2 : _buffer.Length);
        _buffer.Span[_start.._end].CopyTo(next.Span);
        _buffer.Dispose();
        (_buffer, _start, _end) = (next, 0, kept);
    }
}
