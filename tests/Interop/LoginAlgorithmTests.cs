using System.Diagnostics;
using System.Globalization;
using Nacre.Client;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tests.Authentication;
using Nacre.Tests.Client;
using Nacre.Tests.Keys;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Interop;

/// <summary>One whole login, with a command, by each algorithm that both we and the OpenSSH of this machine have; in both directions.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class LoginAlgorithmTests(StockAlgorithmTests.EveryAlgorithm stock, LoginAlgorithmTests.OurServer ours)
    : IClassFixture<StockAlgorithmTests.EveryAlgorithm>, IClassFixture<LoginAlgorithmTests.OurServer>
{
    private const string KeyExchange = "KexAlgorithms";
    private const string Cipher = "Ciphers";
    private const string Mac = "MACs";
    private const string HostKey = "HostKeyAlgorithms";
    private const string UserKey = "PubkeyAcceptedAlgorithms";

    /// <summary>The keyword of ssh_config and a name of ours that `ssh -Q` lists too.</summary>
    public static TheoryData<string, string> Common
    {
        get
        {
            var common = new TheoryData<string, string>();
            Add(KeyExchange, AlgorithmCatalog.KeyExchanges.Names);
            Add(Cipher, AlgorithmCatalog.Ciphers.Names);
            Add(Mac, AlgorithmCatalog.Macs.Names);
            Add(HostKey, SampleKeys.Rows.Select(row => row.Name));
            Add(UserKey, SampleKeys.Rows.Select(row => row.Name));
            return common;

            void Add(string keyword, IEnumerable<string> names)
            {
                HashSet<string> theirs = StockNames(keyword);
                foreach (string name in names.Where(theirs.Contains)) common.Add(keyword, name);
            }
        }
    }

    [Fact]
    public void OpenSSH_has_all_of_our_algorithms_but_the_newest()
    {
        string[] missing =
        [
            .. AlgorithmCatalog.KeyExchanges.Names.Except(StockNames(KeyExchange)),
            .. AlgorithmCatalog.Ciphers.Names.Except(StockNames(Cipher)),
            .. AlgorithmCatalog.Macs.Names.Except(StockNames(Mac)),
            .. AlgorithmCatalog.HostKeys.Names.Except(StockNames(HostKey)),
        ];

        Assert.Subset(new HashSet<string> { "mlkem768x25519-sha256", "webauthn-sk-ecdsa-sha2-nistp256-cert-v01@openssh.com" }, missing.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Common), DisableDiscoveryEnumeration = true)]
    public async Task Our_client_logs_in_to_the_stock_server_by(string keyword, string name)
    {
        using IdentityFile identity = IdentityFile.Find(await StockKeys.UserAsync(keyword == UserKey ? KindFor(name) : "ed25519"))!;
        var options = new SshClientOptions
        {
            HostKeyPolicy = new KnownHostsPolicy(new KnownHostsOptions { UserFiles = [stock.Sshd.KnownHosts], Strict = StrictHostKeyChecking.Yes }, new NoDialog()),
            Identities = [identity],
            Algorithms = Only(AlgorithmSelection.ClientDefault, keyword, name),
            UserSignatureAlgorithms = keyword == UserKey ? [name] : null,
        };

        await using SshClient client = await SshClient.ConnectAsync($"{stock.Sshd.User}@127.0.0.1:{stock.Sshd.Port}", options);
        await using RemoteProcess process = await client.RunAsync("echo hello; exit 3");

        Assert.Equal("hello\n", await SshClientTests.ReadAllAsync(process.Output));
        Assert.Equal(3u, (await process.WaitForExitAsync()).Status);
        AssertUsed(client.Transport.Negotiated!, keyword, name);
    }

    [Theory]
    [MemberData(nameof(Common), DisableDiscoveryEnumeration = true)]
    public async Task The_stock_client_logs_in_to_our_server_by(string keyword, string name)
    {
        string kind = keyword == UserKey ? KindFor(name) : "ed25519";
        string[] mac = keyword == Mac ? ["-o", "Ciphers=aes128-ctr"] : [];

        RunResult result = await Run.CleanAsync(
            "ssh",
            [.. await StockClient.ArgumentsAsync(ours.Port, ours.KnownHosts, kind), "-v", "-o", $"{keyword}={name}", .. mac, "tester@127.0.0.1", "say hello"]);

        Assert.Equal("hello", result.Ends().Output);
        string told = keyword switch
        {
            KeyExchange => $"kex: algorithm: {name}",
            HostKey => $"kex: host key algorithm: {name}",
            Cipher => $"kex: server->client cipher: {name} MAC:",
            Mac => $"kex: server->client cipher: aes128-ctr MAC: {name}",
            _ => "Authenticated to 127.0.0.1",
        };
        Assert.Contains(told, result.Error, StringComparison.Ordinal);
    }

    /// <summary>What this machine's ssh has of a keyword's algorithms; asked for while the tests run, since other tests need no ssh.</summary>
    private static HashSet<string> StockNames(string keyword)
    {
        using Process ssh = Process.Start(new ProcessStartInfo(Requires.Program("ssh"), ["-Q", keyword]) { RedirectStandardOutput = true })!;
        string names = ssh.StandardOutput.ReadToEnd();
        ssh.WaitForExit();
        return [.. names.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static string KindFor(string algorithm) => algorithm switch
    {
        "ssh-ed25519" => "ed25519",
        "ecdsa-sha2-nistp256" => "ecdsa-256",
        "ecdsa-sha2-nistp384" => "ecdsa-384",
        "ecdsa-sha2-nistp521" => "ecdsa-521",
        _ => "rsa-2048",
    };

    private static AlgorithmSelection Only(AlgorithmSelection selection, string keyword, string name) => keyword switch
    {
        KeyExchange => selection with { KexAlgorithms = [name] },
        Cipher => selection with { Ciphers = [name] },
        Mac => selection with { Ciphers = ["aes128-ctr"], Macs = [name] },
        HostKey => selection with { HostKeyAlgorithms = [name] },
        _ => selection,
    };

    private static void AssertUsed(NegotiatedAlgorithms agreed, string keyword, string name)
    {
        string? used = keyword switch
        {
            KeyExchange => agreed.KeyExchange.Name,
            Cipher => agreed.ServerToClient.Cipher.Name,
            Mac => agreed.ServerToClient.Mac?.Name,
            HostKey => agreed.HostKey.Name,
            _ => name,
        };
        Assert.Equal(name, used);
    }

    /// <summary>A server of the library that has every algorithm and a host key of every type, and knows the user's keys of every type.</summary>
    public sealed class OurServer : IAsyncLifetime
    {
        private readonly TemporaryDirectory directory = new();
        private LoopbackPair? pair;

        internal int Port => pair!.Port;

        internal string KnownHosts => directory["known_hosts"];

        public async ValueTask InitializeAsync()
        {
            var user = new KnownUser { Name = "tester" };
            var hostKeys = new List<PrivateKey>();
            foreach (string kind in StockKeys.Kinds)
            {
                hostKeys.Add(PrivateKeyFile.Read(await File.ReadAllBytesAsync(await StockKeys.HostAsync(kind))));
                user.Keys.Add(PrivateKeyFile.Read(await File.ReadAllBytesAsync(await StockKeys.UserAsync(kind))).PublicKey);
            }

            pair = await LoopbackPair.StartAsync(options => options with
            {
                HostKeys = hostKeys,
                Authenticator = user,
                UserSignatureAlgorithms = [.. AlgorithmCatalog.HostKeys.Names],
                Algorithms = AlgorithmSelection.ServerDefault with
                {
                    KexAlgorithms = [.. AlgorithmCatalog.KeyExchanges.Names],
                    HostKeyAlgorithms = [.. AlgorithmCatalog.HostKeys.Names],
                    Ciphers = [.. AlgorithmCatalog.Ciphers.Names],
                    Macs = [.. AlgorithmCatalog.Macs.Names],
                },
            });
            directory.Write("known_hosts", string.Concat(
                hostKeys.Select(key => string.Create(CultureInfo.InvariantCulture, $"[127.0.0.1]:{pair.Port} {key.PublicKey}\n"))));
        }

        public async ValueTask DisposeAsync()
        {
            await pair!.DisposeAsync();
            directory.Dispose();
        }
    }
}
