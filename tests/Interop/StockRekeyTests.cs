using System.IO.Pipelines;
using Nacre.Client;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Transport;
using Nacre.Tests.Algorithms;

namespace Nacre.Tests.Interop;

/// <summary>Data through a stock server and back, under keys that change all the time and with and without compression.</summary>
[Trait("Category", "Interop")]
public sealed class StockRekeyTests(StockAlgorithmTests.EveryAlgorithm server) : IClassFixture<StockAlgorithmTests.EveryAlgorithm>
{
    private const int Length = 1024 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static TheoryData<string> KeyExchanges => StockAlgorithmTests.KeyExchanges;

    [Theory]
    [MemberData(nameof(KeyExchanges))]
    public async Task A_mebibyte_comes_back_whole_while_keys_change_every_few_packets_by(string keyExchange) =>
        await EchoAsync(AlgorithmSelection.ClientDefault with { KexAlgorithms = [keyExchange] }, rekeyBytes: 200_000);

    [Theory]
    [InlineData("aes128-gcm@openssh.com")]
    [InlineData("chacha20-poly1305@openssh.com")]
    [InlineData("aes128-ctr")]
    [InlineData("aes128-cbc")]
    [InlineData("3des-cbc")]
    public async Task A_mebibyte_comes_back_whole_through_zlib_that_starts_anew_with_each_key_under(string cipher) => await EchoAsync(
        AlgorithmSelection.ClientDefault with { KexAlgorithms = ["curve25519-sha256"], Ciphers = [cipher], Compressions = ["zlib@openssh.com"] },
        rekeyBytes: 100_000);

    [Fact]
    public async Task A_mebibyte_comes_back_whole_through_one_zlib_stream() =>
        await EchoAsync(AlgorithmSelection.ClientDefault with { Compressions = ["zlib@openssh.com"] }, rekeyBytes: 1 << 30);

    private async Task EchoAsync(AlgorithmSelection selection, long rekeyBytes)
    {
        var trace = new CountingTrace();
        var options = new SshClientOptions
        {
            HostKeyPolicy = new TrustAll(),
            Identities = [IdentityFile.Find(await StockKeys.UserAsync("ed25519"))!],
            Algorithms = selection,
            Rekey = new RekeyPolicy(rekeyBytes, 1 << 30, 0),
            Trace = trace,
        };
        await using SshClient client = await SshClient.ConnectAsync($"{server.Sshd.User}@127.0.0.1:{server.Sshd.Port}", options);
        await using RemoteProcess process = await client.RunAsync("cat");
        byte[] sent = Data();
        Task writing = WriteAsync(process.Input, sent);
        byte[] received = await ReadAsync(process.Output).WaitAsync(Limit);
        await writing;
        Assert.Equal(sent.Length, received.Length);
        Assert.True(sent.AsSpan().SequenceEqual(received));
        if (rekeyBytes < Length) Assert.InRange(trace.NewKeys, 3, int.MaxValue);
        else Assert.Equal(1, trace.NewKeys);
    }

    /// <summary>Half of it random, half of it easy to compress, in pieces.</summary>
    private static byte[] Data()
    {
        byte[] data = new SeededRandom(1).Bytes(Length);
        for (int start = 0; start < Length; start += 10_000) data.AsSpan(start, Math.Min(5_000, Length - start)).Fill((byte)(start >> 12));
        return data;
    }

    private static async Task WriteAsync(PipeWriter writer, byte[] data)
    {
        for (int start = 0; start < data.Length;)
        {
            int count = Math.Min(1 + (start % 50_000), data.Length - start);
            await writer.WriteAsync(data.AsMemory(start, count));
            start += count;
        }

        await writer.CompleteAsync();
    }

    private static async Task<byte[]> ReadAsync(PipeReader reader)
    {
        using var all = new MemoryStream();
        await reader.CopyToAsync(all);
        return all.ToArray();
    }

    private sealed class TrustAll : IHostKeyPolicy
    {
        public ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct) => ValueTask.FromResult(HostKeyVerdict.Trust);
    }

    /// <summary>Counts the key exchanges.</summary>
    private sealed class CountingTrace : Protocol.Wire.ITrace
    {
        private int _newKeys;

        public int NewKeys => Volatile.Read(ref _newKeys);

        public bool IsOn(int level) => level <= 1;

        public void Write(int level, string line, string file = "", string member = "", int number = 0)
        {
            if (line.Contains("SSH2_MSG_NEWKEYS received", StringComparison.Ordinal)) Interlocked.Increment(ref _newKeys);
        }
    }
}
