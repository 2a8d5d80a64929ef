using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Nacre.Protocol.Sftp;

namespace Nacre.Scp;

/// <summary>The two pipes of an scp conversation: lines, answers of one byte, and the bytes of files.</summary>
internal sealed class ScpWire(PipeReader input, PipeWriter output)
{
    /// <summary>No line is longer; a path of the system is half of this.</summary>
    public const int MaxLineBytes = 8192;

    /// <summary>The bytes of a file are moved in pieces up to this size.</summary>
    public const int PieceBytes = 256 * 1024;

    private const byte Agreed = 0, Warned = 1, GaveUp = 2;

    /// <summary>Reads a line, without its end; null at the end of the input.</summary>
    /// <exception cref="ScpException">The line is too long, or the input ends within it.</exception>
    public async ValueTask<byte[]?> ReadLineAsync(CancellationToken ct)
    {
        while (true)
        {
            ReadResult result = await ReadAsync(ct).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            ReadOnlySequence<byte> searched = buffer.Slice(0, Math.Min(buffer.Length, MaxLineBytes + 1));
            if (searched.PositionOf((byte)'\n') is { } end)
            {
                byte[] line = buffer.Slice(0, end).ToArray();
                input.AdvanceTo(buffer.GetPosition(1, end));
                return line;
            }

            bool isEmpty = buffer.IsEmpty;
            input.AdvanceTo(buffer.Start, buffer.End);
            if (searched.Length > MaxLineBytes) throw new ScpException("protocol error: record too long");
            if (result.IsCompleted) return isEmpty ? null : throw ScpException.LostConnection();
        }
    }

    /// <summary>Reads the answer to what was sent: null when the other side agrees, else its words; it may go on after those.</summary>
    /// <exception cref="ScpException">It gave up, answered nonsense or went away.</exception>
    public async ValueTask<string?> ReadAnswerAsync(CancellationToken ct)
    {
        ReadOnlySequence<byte> first = await ReadDataAsync(1, ct).ConfigureAwait(false);
        byte answer = first.FirstSpan[0];
        Consume(first);
        if (answer == Agreed) return null;
        byte[] words = await ReadLineAsync(ct).ConfigureAwait(false) ?? throw ScpException.LostConnection();
        if (answer == Warned) return FileNameText.Decode(words);
        throw new ScpException(FileNameText.Decode(answer == GaveUp ? words : [answer, .. words]));
    }

    /// <summary>Whether a line is the other side's complaint in the place of a record, and then its words.</summary>
    /// <exception cref="ScpException">It gave up.</exception>
    public static bool IsComplaint(ReadOnlySpan<byte> line, out string words)
    {
        words = "";
        if (line.IsEmpty || line[0] is not (Warned or GaveUp)) return false;
        words = FileNameText.Decode(line[1..]);
        return line[0] == Warned ? true : throw new ScpException(words);
    }

    /// <summary>Waits for bytes of a file; they stay where they are until <see cref="Consume"/>.</summary>
    /// <exception cref="ScpException">The other side went away.</exception>
    public async ValueTask<ReadOnlySequence<byte>> ReadDataAsync(long most, CancellationToken ct)
    {
        ReadResult result = await ReadAsync(ct).ConfigureAwait(false);
        if (result.Buffer.IsEmpty) throw ScpException.LostConnection();
        return result.Buffer.Slice(0, Math.Min(most, result.Buffer.Length));
    }

    /// <summary>Gives back what <see cref="ReadDataAsync"/> returned.</summary>
    public void Consume(in ReadOnlySequence<byte> data) => input.AdvanceTo(data.End);

    /// <summary>Room for bytes of a file; <see cref="SendRoomAsync"/> sends them.</summary>
    public Memory<byte> Room(int bytes) => output.GetMemory(bytes)[..bytes];

    /// <summary>Sends the first bytes of the room.</summary>
    /// <exception cref="ScpException">The other side went away.</exception>
    public ValueTask SendRoomAsync(int bytes, CancellationToken ct)
    {
        output.Advance(bytes);
        return FlushAsync(ct);
    }

    /// <summary>Sends the line of a record.</summary>
    /// <exception cref="ScpException">The other side went away.</exception>
    public ValueTask SendAsync(byte[] bytes, CancellationToken ct)
    {
        output.Write(bytes);
        return FlushAsync(ct);
    }

    /// <summary>Agrees to what came, or says that what was sent is whole.</summary>
    /// <remarks>The other side may leave as soon as it has heard the last one; whether it has left too early shows in what is read next.</remarks>
    public async ValueTask AgreeAsync(CancellationToken ct)
    {
        output.Write([Agreed]);
        await TryFlushAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Tells the other side what failed; the conversation goes on.</summary>
    public ValueTask ComplainAsync(string line, CancellationToken ct) =>
        SendAsync([Warned, .. Encoding.ASCII.GetBytes("scp: "), .. FileNameText.Encode(line.ReplaceLineEndings(" ")), (byte)'\n'], ct);

    private async ValueTask FlushAsync(CancellationToken ct)
    {
        if (!await TryFlushAsync(ct).ConfigureAwait(false)) throw ScpException.LostConnection();
    }

    /// <summary>Sends what was written; false when the other side takes no more.</summary>
    private async ValueTask<bool> TryFlushAsync(CancellationToken ct)
    {
        try
        {
            return !(await output.FlushAsync(ct).ConfigureAwait(false)).IsCompleted;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw ScpException.LostConnection(error);
        }
    }

    private async ValueTask<ReadResult> ReadAsync(CancellationToken ct)
    {
        try
        {
            return await input.ReadAsync(ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw ScpException.LostConnection(error);
        }
    }
}
