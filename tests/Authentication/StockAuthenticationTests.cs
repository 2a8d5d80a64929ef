using System.Globalization;
using Nacre.Client;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tests.Interop;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Authentication;

/// <summary>Logging in with OpenSSH at the other end, in both roles.</summary>
[Trait("Category", "Interop")]
public sealed class StockAuthenticationTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds => [.. StockKeys.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Our_client_logs_in_to_sshd_with_a_file(string kind)
    {
        await using StockSshd sshd = await StockSshd.StartAsync();
        using IdentityFile identity = IdentityFile.Find(await StockKeys.UserAsync(kind))!;
        await using SshClient client = await ConnectAsync(sshd, identity);
        Assert.Equal("publickey", client.Authentication.Method);
    }

    [Fact]
    public async Task Our_client_passes_two_keys_where_sshd_wants_two()
    {
        await using StockSshd sshd = await StockSshd.StartAsync("AuthenticationMethods publickey,publickey");
        using IdentityFile first = IdentityFile.Find(await StockKeys.UserAsync("ed25519"))!;
        using IdentityFile second = IdentityFile.Find(await StockKeys.UserAsync("rsa-2048"))!;
        await using (SshClient client = await ConnectAsync(sshd, first, second)) Assert.Equal(["publickey"], client.Authentication.PartialMethods);

        AuthenticationFailedException failed = await Assert.ThrowsAsync<AuthenticationFailedException>(() => ConnectAsync(sshd, first, first));
        Assert.Equal("Permission denied (publickey).", failed.Message);
    }

    [Fact]
    public async Task Our_client_queries_before_it_unlocks_a_key_and_gives_up_with_what_sshd_would_take()
    {
        await using StockSshd sshd = await StockSshd.StartAsync("PubkeyAuthentication yes", "PasswordAuthentication no", "KbdInteractiveAuthentication no");
        using var directory = new TemporaryDirectory();
        (await Run.CleanAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", directory["stranger"]])).Ends();
        var known = new TestIdentityOf(IdentityFile.Find(await StockKeys.UserAsync("ecdsa-256"))!);
        var stranger = new TestIdentityOf(IdentityFile.Find(directory["stranger"])!);

        await using (SshClient client = await ConnectAsync(sshd, stranger, known)) Assert.Equal("publickey", client.Authentication.Method);
        Assert.Equal((0, 1), (stranger.Opened, known.Opened));
        AuthenticationFailedException failed = await Assert.ThrowsAsync<AuthenticationFailedException>(() => ConnectAsync(sshd, stranger));
        Assert.Equal("Permission denied (publickey).", failed.Message);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Stock_ssh_logs_in_to_our_server_with_its_key_bound_to_the_host(string kind)
    {
        await using Bed bed = await Bed.StartAsync(await UserOf(kind));
        RunResult run = await bed.SshAsync(kind);
        Assert.Equal("hello", run.Ends().Output);
        Assert.Contains(bed.Reports, report => report is { Result: AttemptResult.Accepted, Method: MethodName.HostBoundPublicKey });
    }

    [Fact]
    public async Task Stock_ssh_is_told_what_our_server_would_take()
    {
        await using Bed bed = await Bed.StartAsync(new KnownUser { Name = "tester" });
        RunResult run = await bed.SshAsync("ed25519");
        Assert.Contains("tester@127.0.0.1: Permission denied (publickey,password,keyboard-interactive).", run.Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stock_ssh_gives_a_password_and_changes_one_that_expired()
    {
        await using Bed bed = await Bed.StartAsync(new KnownUser { Name = "tester", Password = "right" });
        Assert.Equal("hello", (await bed.SshAsync(null, "right", "-o", "PreferredAuthentications=password")).Ends().Output);
        RunResult wrong = await bed.SshAsync(null, "wrong", "-o", "PreferredAuthentications=password");
        Assert.Equal(2, wrong.Ends(255).Error.Split("Permission denied, please try again.").Length - 1);

        await using Bed expiring = await Bed.StartAsync(new KnownUser { Name = "tester", ExpiredPassword = "older" });
        RunResult changed = await expiring.SshAsync(null, "older", "-o", "PreferredAuthentications=password");
        Assert.Equal("hello", changed.Ends().Output);
        Assert.Contains("Change it", changed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stock_ssh_answers_questions_after_its_key()
    {
        KnownUser user = await UserOf("ed25519");
        var policy = new KnownUser { Name = user.Name, Keys = user.Keys, Interactive = AskTwice };
        await using Bed bed = await Bed.StartAsync(policy, options => options with { Chains = AuthenticationChains.Parse("publickey,keyboard-interactive") });
        RunResult run = await bed.SshAsync("ed25519", "42", "-v");
        Assert.Equal("hello", run.Ends().Output);
        Assert.Contains("Authenticated using \"publickey\" with partial success.", run.Error, StringComparison.Ordinal);
        Assert.Equal([AttemptResult.Partial, AttemptResult.Accepted], bed.Reports.Select(report => report.Result).Where(result => result is AttemptResult.Partial or AttemptResult.Accepted));
    }

    [Fact]
    public async Task Stock_ssh_is_disconnected_when_it_tries_too_often()
    {
        await using Bed bed = await Bed.StartAsync(new KnownUser { Name = "tester" }, options => options with { MaxAuthTries = 2 });
        RunResult run = await bed.SshAsync(null, "wrong", "-o", "PreferredAuthentications=password");
        Assert.Contains("Too many authentication failures", run.Ends(255).Error, StringComparison.Ordinal);
    }

    private static async Task<bool> AskTwice(KeyboardInteractiveAttempt attempt, CancellationToken ct)
    {
        for (int i = 0; i < 2; i++)
        {
            var request = new InteractiveRequest(new PeerText("Round"), new PeerText($"{i}"), [new InteractivePrompt(new PeerText("Code: "), i == 1)]);
            if (!(await attempt.Conversation.AskAsync(request, ct))[0].FixedTimeEquals("42"u8)) return false;
        }

        return true;
    }

    private static async Task<KnownUser> UserOf(string kind)
    {
        string line = await File.ReadAllTextAsync(await StockKeys.UserAsync(kind) + ".pub", Ct);
        Assert.True(PublicKeyLine.TryParse(line, out PublicKeyLine? key));
        return new KnownUser { Name = "tester", Keys = [key.Key] };
    }

    private static Task<SshClient> ConnectAsync(StockSshd sshd, params IReadOnlyList<IIdentity> identities)
    {
        var trust = new KnownHostsPolicy(new KnownHostsOptions { UserFiles = [sshd.KnownHosts], Strict = StrictHostKeyChecking.Yes }, new NoDialog());
        return SshClient.ConnectAsync($"{sshd.User}@127.0.0.1:{sshd.Port}", new SshClientOptions { HostKeyPolicy = trust, Identities = identities }, Ct);
    }

    /// <summary>Offers a file's key as if it took a passphrase, and counts how often it is opened.</summary>
    private sealed class TestIdentityOf(IdentityFile file) : IIdentity
    {
        public string Name => file.Name;

        public Nacre.Protocol.Keys.PublicKey? PublicKey => file.PublicKey;

        public bool SignsUnasked => false;

        public int Opened { get; private set; }

        public ValueTask<Nacre.Protocol.Keys.ISigner?> OpenAsync(CancellationToken ct)
        {
            Opened++;
            return file.OpenAsync(ct);
        }
    }

    /// <summary>A server of the library, and stock ssh's way to it.</summary>
    private sealed class Bed : IAsyncDisposable
    {
        private readonly TemporaryDirectory _directory = new();
        private readonly List<AttemptReport> _reports = [];
        private LoopbackPair? _pair;

        public IReadOnlyList<AttemptReport> Reports
        {
            get
            {
                lock (_reports) return [.. _reports];
            }
        }

        public static async Task<Bed> StartAsync(IAuthenticator policy, Func<SshServerOptions, SshServerOptions>? change = null)
        {
            var bed = new Bed();
            bed._pair = await LoopbackPair.StartAsync(options => (change?.Invoke(options) ?? options) with { Authenticator = policy, Journal = bed.Keep });
            bed._directory.Write("known_hosts", $"[127.0.0.1]:{bed._pair.Port.ToString(CultureInfo.InvariantCulture)} {LoopbackPair.HostKey.PublicKey}\n");
            return bed;
        }

        /// <summary>Runs "say hello". With a secret, every question is answered with it; a new password is the secret, too.</summary>
        public async Task<RunResult> SshAsync(string? kind, string? secret = null, params string[] more)
        {
            string[] arguments = await StockClient.ArgumentsAsync(_pair!.Port, _directory["known_hosts"], kind ?? "ed25519");
            if (secret is not null) arguments = [.. arguments.Select(argument => argument == "BatchMode=yes" ? "BatchMode=no" : argument)];
            string askpass = _directory.Write("askpass", $"#!/bin/sh\necho '{secret}'\n");
            File.SetUnixFileMode(askpass, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            var environment = new Dictionary<string, string?> { ["SSH_ASKPASS"] = askpass, ["SSH_ASKPASS_REQUIRE"] = "force", ["SSH_AUTH_SOCK"] = null };
            return await Run.Async("ssh", [.. arguments, .. more, "tester@127.0.0.1", "say hello"], environment: environment);
        }

        public async ValueTask DisposeAsync()
        {
            await _pair!.DisposeAsync();
            _directory.Dispose();
        }

        private void Keep(AttemptReport report)
        {
            lock (_reports) _reports.Add(report);
        }
    }
}
