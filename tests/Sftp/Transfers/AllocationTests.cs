using System.Buffers.Binary;
using System.IO.Pipelines;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tests.Sftp.Requests;

namespace Nacre.Tests.Sftp.Transfers;

/// <summary>What the data path allocates; it counts for the whole process, so nothing else runs meanwhile.</summary>
[Collection("Alone")]
public sealed class AllocationTests
{
    [Fact]
    public async Task A_READ_of_a_large_file_costs_a_bounded_allocation()
    {
        const int most = 512;
        await CostAsync(2200);
        long few = await CostAsync(200), many = await CostAsync(2200);
        Assert.InRange((many - few) / 2000, 0, most);
    }

    /// <summary>Bytes allocated by a download of so many READs; the server's part in it is the pipe.</summary>
    private static async Task<long> CostAsync(int reads)
    {
        const int length = 32 * 1024;
        (Pipe toServer, Pipe toClient) = (new Pipe(), new Pipe());
        Task serving = AnswerAsync(toServer.Reader, toClient.Writer, (ulong)reads * length);
        await using SftpClient client = await SftpClient.StartAsync(toClient.Reader, toServer.Writer);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Equal((long)reads * length, (await client.DownloadAsync("file", "/dev/null")).Bytes);
        long cost = GC.GetTotalAllocatedBytes(precise: true) - before;
        await client.DisposeAsync();
        await serving;
        return cost;
    }

    private static async Task AnswerAsync(PipeReader input, PipeWriter output, ulong size)
    {
        byte[] data = new byte[4 + 9 + (32 * 1024)];
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)data.Length - 4);
        data[4] = (byte)SftpMessageType.Data;
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(9), 32 * 1024);
        byte[] request = new byte[64];
        while (true)
        {
            ReadResult read = await input.ReadAsync();
            System.Buffers.ReadOnlySequence<byte> rest = read.Buffer;
            while (SftpFrames.TryTake(ref rest, out System.Buffers.ReadOnlySequence<byte> message))
            {
                int front = (int)Math.Min(request.Length, message.Length);
                System.Buffers.BuffersExtensions.CopyTo(message.Slice(0, front), request);
                var type = (SftpMessageType)request[0];
                request.AsSpan(1, 4).CopyTo(data.AsSpan(5));
                uint id = BinaryPrimitives.ReadUInt32BigEndian(request.AsSpan(1));
                byte[] answer = type switch
                {
                    SftpMessageType.Read => data,
                    SftpMessageType.Init => RawSftp.Encode(new SftpVersion { Version = 3 }),
                    _ => ScriptedServer.AnswerOfFile(new ScriptedRequest(type, id, []), size)!,
                };
                await output.WriteAsync(answer);
            }

            input.AdvanceTo(rest.Start, rest.End);
            if (!read.IsCompleted) continue;
            await output.CompleteAsync();
            return;
        }
    }
}
