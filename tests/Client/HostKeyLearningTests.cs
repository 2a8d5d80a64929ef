using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Tests.Interop;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Client;

/// <summary>hostkeys-00@openssh.com and its proof, over live connections of the library.</summary>
public sealed class HostKeyLearningTests
{
    private static readonly PrivateKey Rsa = PrivateKey.GenerateRsa(2048);
    private static readonly PrivateKey Second = PrivateKey.GenerateEd25519();

    [Fact]
    public async Task A_client_learns_all_keys_of_the_server_and_forgets_those_that_are_gone()
    {
        using var directory = new TemporaryDirectory();
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { HostKeys = [LoopbackPair.HostKey, Rsa, Second] });
        string host = $"[127.0.0.1]:{pair.Port}";
        directory.Write("known_hosts", $"{host} {LoopbackPair.HostKey.PublicKey}\n{host} {HostKeys.Ecdsa}\n");
        await using (SshClient client = await ConnectAsync(pair, directory["known_hosts"]))
        {
            await client.LearnHostKeysAsync(TestContext.Current.CancellationToken);
            Assert.Equal(
                $"{host} {LoopbackPair.HostKey.PublicKey}\n{host} {Rsa.PublicKey}\n{host} {Second.PublicKey}\n",
                await File.ReadAllTextAsync(directory["known_hosts"], TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_server_that_lists_a_key_that_is_not_its_own_teaches_nothing()
    {
        using var directory = new TemporaryDirectory();
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { HostKeys = [LoopbackPair.HostKey, new Boaster(Second.PublicKey, Rsa)] });
        string before = $"[127.0.0.1]:{pair.Port} {LoopbackPair.HostKey.PublicKey}\n";
        directory.Write("known_hosts", before);
        await using SshClient client = await ConnectAsync(pair, directory["known_hosts"]);
        await client.LearnHostKeysAsync(TestContext.Current.CancellationToken);
        Assert.Equal(before, await File.ReadAllTextAsync(directory["known_hosts"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_end_of_a_connection_waits_for_what_is_being_learned()
    {
        using var directory = new TemporaryDirectory();
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { HostKeys = [LoopbackPair.HostKey, Rsa] });
        directory.Write("known_hosts", $"[127.0.0.1]:{pair.Port} {LoopbackPair.HostKey.PublicKey}\n");
        await using (SshClient client = await ConnectAsync(pair, directory["known_hosts"]))
        {
            await using RemoteProcess process = await client.RunAsync("say hello");
            await process.WaitForExitAsync();
        }

        Assert.Contains(Rsa.PublicKey.ToString(), await File.ReadAllTextAsync(directory["known_hosts"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_only_trusts_hears_of_no_keys()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { HostKeys = [LoopbackPair.HostKey, Rsa] });
        var policy = new Listener(HostKeyVerdict.Trust);
        await using SshClient client = await pair.ConnectAsync(options => options with { HostKeyPolicy = policy });
        await client.LearnHostKeysAsync(TestContext.Current.CancellationToken);
        Assert.Empty(policy.Heard);
    }

    [Fact]
    public async Task A_policy_that_learns_hears_the_keys_of_types_that_the_client_accepts()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { HostKeys = [LoopbackPair.HostKey, Rsa] });
        foreach (string[] algorithms in new string[][] { ["ssh-ed25519"], ["ssh-ed25519", "rsa-sha2-256"] })
        {
            var policy = new Listener(HostKeyVerdict.TrustAndLearn);
            await using SshClient client = await pair.ConnectAsync(options => options with
            {
                HostKeyPolicy = policy,
                Algorithms = options.Algorithms with { HostKeyAlgorithms = algorithms },
            });
            await client.LearnHostKeysAsync(TestContext.Current.CancellationToken);
            Assert.Equal(algorithms.Length, policy.Heard.Count);
            Assert.True(policy.IsProved);
        }
    }

    private static Task<SshClient> ConnectAsync(LoopbackPair pair, string file) => pair.ConnectAsync(options => options with
    {
        HostKeyPolicy = new KnownHostsPolicy(
            new KnownHostsOptions { UserFiles = [file], Strict = StrictHostKeyChecking.Yes, UpdateHostKeys = UpdateHostKeys.Yes }, new ScriptedDialog()),
    });

    /// <summary>Shows one key and signs with another.</summary>
    private sealed class Boaster(PublicKey shown, PrivateKey own) : ISigner
    {
        public PublicKey PublicKey => shown;

        public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => new(own.Sign("rsa-sha2-512", data.Span));
    }

    private sealed class Listener(HostKeyVerdict verdict) : IHostKeyPolicy, IHostKeyLearner
    {
        public List<PublicKey> Heard { get; } = [];

        public bool IsProved { get; private set; }

        public ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct) => new(verdict);

        public async ValueTask LearnAsync(HostKeyOffer offer, IReadOnlyList<PublicKey> keys, IHostKeyProof proof, CancellationToken ct)
        {
            IsProved = await proof.ProveAsync(keys, ct);
            Heard.AddRange(keys);
        }
    }
}
