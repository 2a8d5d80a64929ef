using System.Globalization;
using System.Text;
using Nacre.Agent;
using Nacre.Client;
using Nacre.Config;
using Nacre.Crypto;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tests.Authentication;
using Nacre.Tests.Interop;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Config;

/// <summary>The library connects as ssh_config says, when it is asked to.</summary>
public sealed class ConfiguredHostTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_host_is_reached_by_its_name_in_the_file()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using ConfiguredHost host = await ConfiguredHost.LoadAsync("build", Files($"Host build\n{Address(pair)}"));

        Assert.Equal(new SshDestination("tester", "127.0.0.1", pair.Port), host.Destination);
        Assert.Equal("tester", host.Options.UserName);
        Assert.Empty(host.Notes);
        await using SshClient client = await host.ConnectAsync();
        Assert.Equal("there", await SayAsync(client, "there"));
    }

    [Fact]
    public async Task ProxyJump_leads_over_each_machine_as_its_own_block_says()
    {
        await using LoopbackPair first = await LoopbackPair.StartAsync(), second = await LoopbackPair.StartAsync(), third = await LoopbackPair.StartAsync();
        string file = $"Host first\n{Address(first)}Host second\n{Address(second)}Host third\n{Address(third)}ProxyJump first,second\n";
        await using ConfiguredHost host = await ConfiguredHost.LoadAsync("third", Files(file));

        SshClient client = await host.ConnectAsync();
        await using (client)
        {
            Assert.Equal("far", await SayAsync(client, "far"));
            Assert.Equal((1, 1, 1), (first.Server.ConnectionCount, second.Server.ConnectionCount, third.Server.ConnectionCount));
        }

        while (first.Server.ConnectionCount > 0)
            await Task.Yield();
    }

    [Fact]
    public async Task A_host_key_that_nobody_knows_is_not_trusted_without_a_word()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using ConfiguredHost host = await ConfiguredHost.LoadAsync("build", Files($"Host build\n{Address(pair)}", isKnown: false));

        await Assert.ThrowsAsync<HostKeyNotTrustedException>(() => host.ConnectAsync());
        Assert.False(File.Exists(_directory["known_hosts"]));
    }

    [Fact]
    public async Task Lines_come_before_the_file_and_the_destination_before_both()
    {
        ConfiguredHostOptions files = Files("Host h\n  Port 1\n  User file\n  Hostname real\n") with { Lines = ["Port=2", "User=line"] };
        await using ConfiguredHost plain = await ConfiguredHost.LoadAsync("h", files);
        await using ConfiguredHost named = await ConfiguredHost.LoadAsync("ssh://me@h:3", files);
        Assert.Equal([new("line", "real", 2), new("me", "real", 3)], [plain.Destination, named.Destination]);
    }

    [Fact]
    public async Task A_wrong_configuration_is_told_line_by_line()
    {
        SshConfigException wrong = await Assert.ThrowsAsync<SshConfigException>(() => ConfiguredHost.LoadAsync("h", Files("Foo 1\nPort x\n")));
        string file = _directory["config"];
        Assert.Equal([$"{file}: line 1: Bad configuration option: foo", $"{file} line 2: Bad port 'x'.", $"{file}: terminating, 2 bad configuration options"], wrong.Faults);
    }

    [Theory]
    [InlineData("RefuseConnection \"ask ops first\"", "ask ops first")]
    [InlineData("ProxyCommand nc %h %p", "h is reached by ProxyCommand, which is not started unless RunsCommands is set; set it, start the command and connect over its streams, or set ProxyCommand=none")]
    public async Task A_configuration_that_leads_nowhere_says_why(string line, string reason)
    {
        await using ConfiguredHost host = await ConfiguredHost.LoadAsync("h", Files(line + "\n"));
        SshConfigException refused = await Assert.ThrowsAsync<SshConfigException>(() => host.ConnectAsync());
        Assert.Equal(reason, refused.Message);
        Assert.Equal(line.StartsWith("Proxy", StringComparison.Ordinal) ? "nc h 22" : null, host.ProxyCommand);
    }

    [Theory]
    [InlineData("ProxyJump h\n", "jumphost loop via h")]
    [InlineData("Host h\nProxyJump a\nHost a\nProxyJump b\nHost b\nProxyJump a\n", "jumphost loop via ")]
    public async Task Machines_that_send_each_to_the_next_for_ever_are_found_out(string file, string reason)
    {
        SshConfigException loop = await Assert.ThrowsAsync<SshConfigException>(() => ConfiguredHost.LoadAsync("h", Files(file)));
        Assert.StartsWith(reason, loop.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$(id)")]
    [InlineData("-oProxyCommand=x")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("me@")]
    [InlineData("-x@h")]
    public async Task A_26_A_destination_that_a_shell_would_act_on_is_refused(string destination) =>
        await Assert.ThrowsAsync<FormatException>(() => ConfiguredHost.LoadAsync(destination, Files("")));

    [Fact]
    public async Task Match_exec_runs_its_command_only_where_commands_are_to_be_run()
    {
        const string file = "Match exec \"test %h = h\"\n  User asked\n";
        await using ConfiguredHost host = await ConfiguredHost.LoadAsync("h", Files(file) with { RunsCommands = true });
        Assert.Equal("asked", host.Destination.UserName);
        await Assert.ThrowsAsync<SshConfigException>(() => ConfiguredHost.LoadAsync("h", Files(file)));
    }

    [Fact]
    public async Task ProxyCommand_is_the_connection_where_commands_are_to_be_run()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        const string proxy = "ProxyCommand bash -c 'exec 3<>/dev/tcp/127.0.0.1/%p; cat <&3 & exec cat >&3'";
        await using ConfiguredHost host = await ConfiguredHost.LoadAsync("build", Files($"Host build\n{Address(pair)}{proxy}\n") with { RunsCommands = true });

        await using SshClient client = await host.ConnectAsync();

        Assert.Equal("there", await SayAsync(client, "there"));
    }

    [Fact]
    public async Task A_ProxyCommand_that_ends_at_once_is_a_connection_that_is_lost()
    {
        await using ConfiguredHost host = await ConfiguredHost.LoadAsync("h", Files("ProxyCommand false\n") with { RunsCommands = true });
        Assert.Equal(Violation.ConnectionLost, (await Assert.ThrowsAsync<SshViolationException>(() => host.ConnectAsync())).Violation);
    }

    [Fact]
    public async Task KnownHostsCommand_is_asked_where_commands_are_to_be_run_and_noted_where_not()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        ConfiguredHostOptions files = Files($"Host build\n{Address(pair)}KnownHostsCommand /bin/echo %H {LoopbackPair.HostKey.PublicKey}\n", isKnown: false);
        await using (ConfiguredHost host = await ConfiguredHost.LoadAsync("build", files with { RunsCommands = true }))
        {
            Assert.Empty(host.Notes);
            await using SshClient client = await host.ConnectAsync();
        }

        await using ConfiguredHost unasked = await ConfiguredHost.LoadAsync("build", files);
        Assert.Equal(["KnownHostsCommand is not run: RunsCommands is not set"], unasked.Notes);
        await Assert.ThrowsAsync<HostKeyNotTrustedException>(() => unasked.ConnectAsync());
    }

    [Fact]
    public async Task Tokens_are_opened_by_who_is_there_to_do_so_and_closed_with_the_host()
    {
        ConfiguredHostOptions files = Files("PKCS11Provider ~/token.so\nIdentityFile none\nIdentityAgent none\n");
        var tokens = new OneToken();
        await using (ConfiguredHost host = await ConfiguredHost.LoadAsync("build", files with { Tokens = tokens }))
        {
            Assert.Empty(host.Notes);
            Assert.Equal(["A", "~/token.so"], host.Options.Identities.Select(identity => identity.Name));
            Assert.Same(TestKeys.B, await host.Options.Identities[1].OpenAsync(TestContext.Current.CancellationToken));
            Assert.Equal(["opened ~/token.so"], tokens.Calls);
        }

        Assert.Equal(["opened ~/token.so", "closed ~/token.so"], tokens.Calls);
        await using ConfiguredHost unasked = await ConfiguredHost.LoadAsync("build", files);
        Assert.Equal(["PKCS11Provider is not used, since nobody opens tokens here: ~/token.so"], unasked.Notes);
        Assert.Empty(unasked.Options.Identities);
    }

    private sealed class OneToken : ITokenLibrary
    {
        public List<string> Calls { get; } = [];

        public ValueTask<IReadOnlyList<TokenKey>> OpenAsync(string path, ReadOnlyMemory<byte> pin, CancellationToken ct)
        {
            Assert.True(pin.IsEmpty);
            Calls.Add($"opened {path}");
            return new([new TokenKey(TestKeys.A, "A"), new TokenKey(TestKeys.B, "")]);
        }

        public ValueTask<bool> CloseAsync(string path, CancellationToken ct)
        {
            Calls.Add($"closed {path}");
            return new(true);
        }
    }

    [Fact]
    public async Task A_KnownHostsCommand_that_hangs_ends_when_it_is_not_waited_for_any_more()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        string held = _directory["held"];
        (await Interop.Run.Async("mkfifo", [held])).Ends();
        string program = _directory.Write("program", $"#!/bin/sh\nexec 3> {held}; echo asked >&3; exec sleep 1000\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        ConfiguredHostOptions files = Files($"Host build\n{Address(pair)}KnownHostsCommand {program}\n", isKnown: false);
        using var patience = new CancellationTokenSource();

        // It is asked first in which order to want keys, before there is a connection.
        Task<ConfiguredHost> loading = ConfiguredHost.LoadAsync("build", files with { RunsCommands = true }, patience.Token);
        using var reader = new StreamReader(held);
        Assert.Equal("asked", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loading);
        Assert.Equal("", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("yes", true)]
    [InlineData("unbound", false)]
    public async Task PubkeyAuthentication_unbound_signs_without_the_host(string choice, bool isBound)
    {
        await using ConfiguredHost host = await ConfiguredHost.LoadAsync("h", Files($"PubkeyAuthentication {choice}\n"));
        Assert.Equal(isBound, host.Options.BindsToHost);
    }

    private ConfiguredHostOptions Files(string config, bool isKnown = true)
    {
        using (Secret written = OpenSshPrivateKey.Write(LoopbackPair.UserKey, passphrase: default))
            File.WriteAllBytes(_directory["key"], written.Span);
        File.SetUnixFileMode(_directory["key"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (isKnown)
            _directory.Write("known_hosts", $"loopback {LoopbackPair.HostKey.PublicKey}\n");
        return new ConfiguredHostOptions { ConfigFile = _directory.Write("config", config) };
    }

    private string Address(LoopbackPair pair) => string.Create(CultureInfo.InvariantCulture, $"""
          Hostname 127.0.0.1
          Port {pair.Port}
          User tester
          HostKeyAlias loopback
          IdentityAgent none
          IdentityFile {_directory["key"]}
          UserKnownHostsFile {_directory["known_hosts"]}
          GlobalKnownHostsFile none

        """);

    private static async Task<string> SayAsync(SshClient client, string text)
    {
        await using RemoteProcess process = await client.RunAsync($"say {text}");
        await using Stream output = process.Output.AsStream();
        using var reader = new StreamReader(output, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
