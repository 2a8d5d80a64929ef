using Nacre.Client;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tests.Authentication;
using Nacre.Tests.Interop;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Client;

/// <summary>Trust in a host, over live connections of the library.</summary>
public sealed class UnverifiedHostTests
{
    [Fact]
    public async Task A_host_that_may_be_another_gets_signatures_but_no_password_and_forwards_nothing()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync(options => options with { HostKeyPolicy = new Shrug() });
        Assert.False(client.IsHostVerified);
        await Assert.ThrowsAsync<SshException>(() => client.ForwardLocalAsync("127.0.0.1:0", "127.0.0.1:1"));
        await Assert.ThrowsAsync<SshException>(() => client.ForwardRemoteAsync("127.0.0.1:0", "127.0.0.1:1"));

        var passwords = new ListedPasswords("right");
        await Assert.ThrowsAsync<AuthenticationFailedException>(() =>
            pair.ConnectAsync(options => options with { HostKeyPolicy = new Shrug(), Identities = [], Passwords = passwords, Prompter = new ParrotPrompter("right") }));
        Assert.Empty(passwords.Attempts);
    }

    [Fact]
    public async Task A_new_host_is_remembered_and_known_the_next_time()
    {
        using var directory = new TemporaryDirectory();
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        foreach (StrictHostKeyChecking strict in new[] { StrictHostKeyChecking.AcceptNew, StrictHostKeyChecking.Yes })
        {
            var policy = new KnownHostsPolicy(new KnownHostsOptions { UserFiles = [directory["known_hosts"]], Strict = strict }, new Silence());
            await using SshClient client = await pair.ConnectAsync(options => options with { HostKeyPolicy = policy });
            Assert.True(client.IsHostVerified);
        }

        Assert.Equal($"[127.0.0.1]:{pair.Port} {LoopbackPair.HostKey.PublicKey}\n", await File.ReadAllTextAsync(directory["known_hosts"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_policy_that_fails_ends_the_connection_A20()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await Assert.ThrowsAsync<HostKeyNotTrustedException>(() => pair.ConnectAsync(options => options with { HostKeyPolicy = new Refuser() }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.ConnectAsync(options => options with { HostKeyPolicy = new Thrower() }));
    }

    private sealed class Shrug : IHostKeyPolicy
    {
        public ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct) => new(HostKeyVerdict.TrustWithoutSecrets);
    }

    private sealed class Refuser : IHostKeyPolicy
    {
        public ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct) => new((HostKeyVerdict)99);
    }

    private sealed class Thrower : IHostKeyPolicy
    {
        public ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct) => throw new InvalidOperationException("a bug");
    }

    private sealed class Silence : IHostKeyDialog
    {
        public void Inform(string message)
        {
        }

        public void Warn(string message)
        {
        }

        public ValueTask<string?> AskAsync(string question, CancellationToken ct) => new((string?)null);
    }
}
