using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Nacre.Client;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Wire;
using Nacre.Tests.Authentication;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Server;

/// <summary>What strangers cannot make a server do, and what it never tells.</summary>
public sealed class UnderAttackTests
{
    private const string Password = "correct horse battery staple";

    [Fact]
    public async Task No_stranger_makes_a_server_raise_numbers_to_powers_that_was_not_told_to_A62()
    {
        Assert.DoesNotContain(AlgorithmSelection.ServerDefault.KexAlgorithms, name => name.StartsWith("diffie-hellman", StringComparison.Ordinal));
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        string[] powers = [.. AlgorithmCatalog.KeyExchanges.Rows.Select(row => row.Name).Where(name => name.StartsWith("diffie-hellman", StringComparison.Ordinal))];

        NegotiationFailedException refusal = await Assert.ThrowsAsync<NegotiationFailedException>(() =>
            pair.ConnectAsync(options => options with { Algorithms = AlgorithmSelection.ClientDefault with { KexAlgorithms = powers } }));
        Assert.DoesNotContain("diffie-hellman", refusal.TheirOffer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_of_everything_holds_no_password_at_either_end_A89()
    {
        var traces = (Client: new Lines(), Server: new Lines());
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Trace = traces.Server });
        await using (SshClient client = await pair.ConnectAsync(options => options with { Identities = [], Passwords = new ListedPasswords(Password, "right"), Trace = traces.Client }))
        {
            await using RemoteProcess process = await client.RunAsync("say something", ct: TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        foreach (Lines trace in (Lines[])[traces.Client, traces.Server])
        {
            Assert.Contains(trace.All, line => line.Contains("type 5", StringComparison.Ordinal));
            Assert.DoesNotContain(trace.All, line => line.Contains(Password, StringComparison.Ordinal) || line.Contains("horse", StringComparison.Ordinal));
        }
    }

    /// <summary>Takes every line of a trace.</summary>
    private sealed class Lines : ITrace
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> All => _lines;

        public bool IsOn(int level) => true;

        public void Write(int level, string line, [CallerFilePath] string file = "", [CallerMemberName] string member = "", [CallerLineNumber] int number = 0) => _lines.Enqueue(line);
    }
}
