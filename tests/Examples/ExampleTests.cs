using System.Globalization;
using System.Text;
using Nacre.Client;
using Nacre.Crypto;
using Nacre.Examples;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Sftp;
using Nacre.Server;
using Nacre.Sftp;
using Nacre.Tests.Forwarding;
using Nacre.Tests.Forwarding.Agent;
using Nacre.Tests.Interop;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Examples;

/// <summary>The examples do what the documents say that they do.</summary>
public sealed class ExampleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_client_examples_reach_the_server_example()
    {
        using var directory = new TemporaryDirectory();
        using PrivateKey key = PrivateKey.GenerateEd25519();
        WriteKey(directory["key"], key);
        using var end = new CancellationTokenSource();
        var said = new FirstLine();
        Task<int> server = GreetingServer.RunAsync(key.PublicKey.ToString(), said, end.Token);
        string[] facts = (await said.Line.WaitAsync(Limit)).Split(' ');

        using var output = new MemoryStream();
        int status = await RunCommand.RunAsync("ada@" + facts[0], facts[1], directory["key"], "hello", output).WaitAsync(Limit);

        Assert.Equal((0, "Good day, ada.\n"), (status, Encoding.UTF8.GetString(output.ToArray())));

        string port = facts[0][(facts[0].LastIndexOf(':') + 1)..];
        string config = directory.Write("config", $"""
            Host greeter
              Hostname 127.0.0.1
              Port {port}
              User ada
              IdentityAgent none
              IdentityFile {directory["key"]}
              UserKnownHostsFile {directory["known_hosts"]}
              StrictHostKeyChecking accept-new
            """);
        output.SetLength(0);
        status = await AsConfigured.RunAsync("greeter", config, "hello", output).WaitAsync(Limit);
        Assert.Equal((0, "Good day, ada.\n"), (status, Encoding.UTF8.GetString(output.ToArray())));

        using var endTunnel = new CancellationTokenSource();
        var tunnelSaid = new FirstLine();
        Task tunnel = Tunnel.RunAsync("ada@" + facts[0], facts[1], directory["key"], "127.0.0.1:0", "127.0.0.1:9", tunnelSaid, endTunnel.Token);
        Assert.EndsWith(" leads to 127.0.0.1:9", await tunnelSaid.Line.WaitAsync(Limit), StringComparison.Ordinal);
        await endTunnel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tunnel.WaitAsync(Limit));

        await end.CancelAsync();
        Assert.Equal(0, await server.WaitAsync(Limit));
    }

    [Fact]
    public async Task A_command_runs_behind_a_jump_host()
    {
        using var directory = new TemporaryDirectory();
        WriteKey(directory["key"], LoopbackPair.UserKey);
        using IdentityFile key = IdentityFile.Find(directory["key"])!;
        await using LoopbackPair gate = await LoopbackPair.StartAsync(), inner = await LoopbackPair.StartAsync();
        using var output = new MemoryStream();

        int status = await JumpHost.RunAsync(HopTo(gate), HopTo(inner), "say hello", output).WaitAsync(Limit);

        Assert.Equal((0, "hello"), (status, Encoding.UTF8.GetString(output.ToArray())));

        SshHop HopTo(LoopbackPair pair) => JumpHost.HopOf($"ada@127.0.0.1:{pair.Port}", LoopbackPair.HostKey.PublicKey.Fingerprint, key);
    }

    [Fact]
    public async Task A_command_is_lent_the_agent_and_the_display()
    {
        using var directory = new TemporaryDirectory();
        using var agent = new RecordingAgent(directory["agent"]);
        var lending = new LendingServer { AgentPath = directory["lent"] };
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Forwarding = lending, Sessions = lending });

        int status = await LentAgent.RunAsync($"ada@127.0.0.1:{pair.Port}", pair.ClientOptions, agent.Path, ":0", "echo", Stream.Null).WaitAsync(Limit);

        Assert.Equal(0, status);
        Assert.Equal(directory["lent"], (await lending.NextSessionAsync(TestContext.Current.CancellationToken)).AgentSocket);
    }

    [Fact]
    public async Task Another_host_key_than_the_pinned_one_is_refused()
    {
        using var directory = new TemporaryDirectory();
        using PrivateKey key = PrivateKey.GenerateEd25519();
        WriteKey(directory["key"], key);
        using var end = new CancellationTokenSource();
        var said = new FirstLine();
        Task<int> server = GreetingServer.RunAsync(key.PublicKey.ToString(), said, end.Token);
        string address = (await said.Line.WaitAsync(Limit)).Split(' ')[0];

        await Assert.ThrowsAsync<Protocol.Transport.HostKeyNotTrustedException>(
            () => RunCommand.RunAsync("ada@" + address, key.PublicKey.Fingerprint, directory["key"], "hello", Stream.Null).WaitAsync(Limit));

        await end.CancelAsync();
        Assert.Equal(0, await server.WaitAsync(Limit));
    }

    [Fact]
    public async Task The_drop_takes_files_into_its_directory_and_shows_nothing_else()
    {
        using var directory = new TemporaryDirectory();
        using PrivateKey key = PrivateKey.GenerateEd25519();
        WriteKey(directory["key"], key);
        Directory.CreateDirectory(directory["drop"]);
        using var end = new CancellationTokenSource();
        var said = new FirstLine();
        Task<int> server = DropServer.RunAsync(key.PublicKey.ToString(), directory["drop"], said, end.Token);
        string[] facts = (await said.Line.WaitAsync(Limit)).Split(' ');

        using IdentityFile identity = IdentityFile.Find(directory["key"])!;
        var options = new SshClientOptions { HostKeyPolicy = new PinnedHostKey(facts[1]), Identities = [identity] };
        await using (SshClient ssh = await SshClient.ConnectAsync("ada@" + facts[0], options).WaitAsync(Limit))
        {
            await Assert.ThrowsAnyAsync<Protocol.Wire.SshException>(() => ssh.RunAsync("id").WaitAsync(Limit));
            RemoteProcess process = await ssh.OpenSubsystemAsync("sftp").WaitAsync(Limit);
            await using SftpClient sftp = await SftpClient.StartAsync(process.Output, process.Input, process).WaitAsync(Limit);
            await sftp.UploadAsync(new MemoryStream("left"u8.ToArray()), "file").WaitAsync(Limit);
            Assert.Equal("/file", await sftp.ResolveAsync("../file").WaitAsync(Limit));
            Assert.Equal(SftpStatusCode.NoSuchFile, (await Assert.ThrowsAsync<SftpException>(() => sftp.StatAsync(directory["key"]).WaitAsync(Limit))).Status);
        }

        Assert.Equal("left", await File.ReadAllTextAsync(directory["drop/file"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory["drop/file"]));
        await end.CancelAsync();
        Assert.Equal(0, await server.WaitAsync(Limit));
    }

    [Fact]
    public async Task The_files_example_copies_to_the_drop_server_and_back()
    {
        using var directory = new TemporaryDirectory();
        using PrivateKey key = PrivateKey.GenerateEd25519();
        WriteKey(directory["key"], key);
        Directory.CreateDirectory(directory["drop"]);
        Directory.CreateDirectory(directory["mine/below"]);
        directory.WriteRandom("mine/large", 2_000_000);
        directory.Write("mine/below/small", "text");
        using var end = new CancellationTokenSource();
        var said = new FirstLine();
        Task<int> server = DropServer.RunAsync(key.PublicKey.ToString(), directory["drop"], said, end.Token);
        string[] facts = (await said.Line.WaitAsync(Limit)).Split(' ');

        var log = new StringWriter();
        Assert.Equal(0, await SftpFiles.RunAsync("ada@" + facts[0], facts[1], directory["key"], directory["mine"], log).WaitAsync(Limit));
        foreach (string file in new[] { "large", "below/small" })
        {
            Assert.Equal(await File.ReadAllBytesAsync(directory["mine/" + file]), await File.ReadAllBytesAsync(directory["drop/copy/" + file]));
            Assert.Equal(await File.ReadAllBytesAsync(directory["mine/" + file]), await File.ReadAllBytesAsync(directory["mine-back/" + file]));
        }

        Assert.Equal("one line\n", await File.ReadAllTextAsync(directory["drop/notes.txt"]));
        Assert.Contains("2 files, 2000004 bytes", log.ToString(), StringComparison.Ordinal);
        Assert.Contains("notes.txt 9", log.ToString(), StringComparison.Ordinal);
        await end.CancelAsync();
        Assert.Equal(0, await server.WaitAsync(Limit));
    }

    [Fact]
    public async Task User_and_host_know_each_other_by_certificates()
    {
        using var directory = new TemporaryDirectory();
        using PrivateKey authority = PrivateKey.GenerateEd25519();
        using PrivateKey hostKey = PrivateKey.GenerateEd25519();
        using PrivateKey key = PrivateKey.GenerateEd25519();
        WriteKey(directory["key"], key);
        directory.Write("known_hosts", $"@cert-authority * {authority.PublicKey}\n");
        WriteKey(directory["authority"], authority);
        directory.Write("key.pub", $"{key.PublicKey}\n");
        directory.Write("certificate", (await Authority.RunAsync(directory["authority"], directory["key.pub"], "ada", DateTimeOffset.UtcNow)).ToString());
        Certificate ofHost = await new CertificateTerms { Kind = CertificateKind.Host, KeyId = "here", Principals = ["127.0.0.1"] }.SignAsync(hostKey.PublicKey, authority);
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with
        {
            HostKeys = [hostKey, new CertifiedSigner(ofHost, hostKey)],
            Authenticator = new AuthorizedKeysAuthenticator(new NoFiles()) { TrustedAuthorities = [authority.PublicKey] },
        });

        using var output = new MemoryStream();
        string destination = string.Create(CultureInfo.InvariantCulture, $"ada@127.0.0.1:{pair.Port}");
        uint? status = await CertifiedLogin.RunAsync(destination, directory["known_hosts"], directory["key"], directory["certificate"], "say hello", output).WaitAsync(Limit);

        Assert.Equal(0u, status);
        Assert.Equal("hello", Encoding.UTF8.GetString(output.ToArray()));
        directory.Write("known_hosts", $"@cert-authority * {key.PublicKey}\n");
        await Assert.ThrowsAsync<Protocol.Transport.HostKeyNotTrustedException>(
            () => CertifiedLogin.RunAsync(destination, directory["known_hosts"], directory["key"], directory["certificate"], "say hello", output).WaitAsync(Limit));
    }

    [Fact]
    public async Task An_authority_certifies_rotates_and_revokes()
    {
        using var directory = new TemporaryDirectory();
        var log = new StringWriter { NewLine = "\n" };
        await OwnAuthority.RunAsync(directory[""], log).WaitAsync(Limit);
        Assert.Equal("certified: Good day, ada.\nby the old key: Good day, ada.\nby the new key: Good day, ada.\nrevoked: refused\nnot revoked: Good day, ada.\n", log.ToString());
    }

    [Fact]
    public async Task A_file_is_signed_and_its_signer_known()
    {
        using var directory = new TemporaryDirectory();
        using PrivateKey key = PrivateKey.GenerateEd25519();
        WriteKey(directory["key"], key);
        string file = directory.Write("file", "contents"), signers = directory.Write("signers", $"ada@example.com namespaces=\"file\" {key.PublicKey}\n");
        await SignedFile.SignAsync(directory["key"], file);
        Assert.True(await SignedFile.IsByAsync("ada@example.com", signers, file));
        Assert.False(await SignedFile.IsByAsync("bob@example.com", signers, file));
        directory.Write("file", "contents!");
        Assert.False(await SignedFile.IsByAsync("ada@example.com", signers, file));
    }

    private static void WriteKey(string path, PrivateKey key)
    {
        using Secret written = OpenSshPrivateKey.Write(key, passphrase: default);
        File.WriteAllBytes(path, written.Span.ToArray());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Users without files.</summary>
    private sealed class NoFiles : IAuthorizedKeysSource
    {
        public ValueTask<IReadOnlyList<AuthorizedKeysFile>> ReadAsync(string userName, CancellationToken ct) => new([]);
    }

    /// <summary>A log whose first line a test can wait for.</summary>
    private sealed class FirstLine : StringWriter
    {
        private readonly TaskCompletionSource<string> line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Line => line.Task;

        public override Task WriteLineAsync(string? value)
        {
            line.TrySetResult(value ?? "");
            return Task.CompletedTask;
        }
    }
}
