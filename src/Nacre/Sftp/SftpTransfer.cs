using Nacre.Protocol.Wire;

namespace Nacre.Sftp;

/// <summary>Copies one file with many requests in flight, so that its speed does not depend on the distance.</summary>
internal sealed class SftpTransfer(RemoteFile file, IProgress<long>? progress)
{
    /// <summary>Bytes asked for or sent and not yet answered: 1 Gbit/s over 130 ms.</summary>
    private const long InFlight = 16 * 1024 * 1024;

    /// <summary>Reads from the start to the end.</summary>
    public async Task<long> DownloadAsync(Stream destination, CancellationToken ct)
    {
        int length = file.Client.MaxReadLength;
        int most = (int)Math.Max(1, InFlight / length);
        var waiting = new Queue<(long Offset, Task<SftpClient.Reply> Reply)>();
        long asked = 0, written = 0;

        // It begins with few and asks for more as the file goes on: a small one costs few requests behind its end.
        for (int window = 2; ; window = Math.Min(window + 2, most))
        {
            while (waiting.Count < window)
            {
                waiting.Enqueue((asked, await file.PostReadAsync(length, asked, ct).ConfigureAwait(false)));
                asked += length;
            }

            (long offset, Task<SftpClient.Reply> reply) = waiting.Dequeue();
            ReadOnlyMemory<byte> data = file.DataOf(await reply.WaitAsync(ct).ConfigureAwait(false));
            if (data.Length > length) throw new SshViolationException(Violation.FieldTooLong, "The server sent more data than was asked for.");
            if (data.IsEmpty) break;
            await destination.WriteAsync(data, ct).ConfigureAwait(false);
            written += data.Length;
            progress?.Report(written);
            if (data.Length == length) continue;

            // A short read need not be the end: what is missing is read before what comes behind it.
            long missing = await ReadMissingAsync(destination, offset + data.Length, offset + length, ct).ConfigureAwait(false);
            written += missing;
            if (offset + data.Length + missing < offset + length) break;
        }

        await DrainAsync(waiting.Select(item => item.Reply)).ConfigureAwait(false);
        return written;
    }

    /// <summary>Writes from the start to the end of the source. Whoever wants to know of the last errors closes the file.</summary>
    public async Task<long> UploadAsync(Stream source, CancellationToken ct)
    {
        int length = file.Client.MaxWriteLength;
        int most = (int)Math.Max(1, InFlight / length);
        var waiting = new Queue<Task<SftpClient.Reply>>();
        byte[] buffer = new byte[length];
        long written = 0;
        try
        {
            while (await source.ReadAtLeastAsync(buffer, length, throwOnEndOfStream: false, ct).ConfigureAwait(false) is > 0 and int count)
            {
                waiting.Enqueue(await file.PostWriteAsync(buffer.AsMemory(0, count), written, ct).ConfigureAwait(false));
                written += count;
                progress?.Report(written);
                while (waiting.Count >= most || (waiting.Count > 0 && waiting.Peek().IsCompleted)) await TakeAsync(waiting, ct).ConfigureAwait(false);
            }

            while (waiting.Count > 0) await TakeAsync(waiting, ct).ConfigureAwait(false);
        }
        finally
        {
            await DrainAsync(waiting).ConfigureAwait(false);
        }

        return written;
    }

    private async Task TakeAsync(Queue<Task<SftpClient.Reply>> waiting, CancellationToken ct) =>
        (await waiting.Dequeue().WaitAsync(ct).ConfigureAwait(false)).ExpectOk(file.Path);

    private async Task<long> ReadMissingAsync(Stream destination, long from, long to, CancellationToken ct)
    {
        long at = from;
        while (at < to)
        {
            Task<SftpClient.Reply> reply = await file.PostReadAsync((int)(to - at), at, ct).ConfigureAwait(false);
            ReadOnlyMemory<byte> data = file.DataOf(await reply.WaitAsync(ct).ConfigureAwait(false));
            if (data.IsEmpty) break;
            if (data.Length > to - at) throw new SshViolationException(Violation.FieldTooLong, "The server sent more data than was asked for.");
            await destination.WriteAsync(data, ct).ConfigureAwait(false);
            at += data.Length;
            progress?.Report(at);
        }

        return at - from;
    }

    // The handle is closed behind these; their answers are of no interest, and their failures are those of the session.
    private static async Task DrainAsync(IEnumerable<Task<SftpClient.Reply>> replies)
    {
        foreach (Task<SftpClient.Reply> reply in replies) await ((Task)reply).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
