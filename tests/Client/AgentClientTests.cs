using System.Net.Sockets;
using System.Text;
using Nacre.Client;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tests.Authentication;

namespace Nacre.Tests.Client;

public sealed class AgentClientTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_are_listed_in_order_and_those_of_unknown_types_are_left_out()
    {
        await using var agent = new FakeAgent(_ => Identities((TestKeys.A.PublicKey.Blob.ToArray(), "a"), (Keys.SampleKeys.Field("ssh-new"u8), "new"), (TestKeys.C.PublicKey.Blob.ToArray(), "c")));
        IReadOnlyList<AgentIdentity> keys = await agent.Client.ListAsync(Ct);

        Assert.Equal(["a", "c"], keys.Select(key => key.Name));
        Assert.Equal([TestKeys.A.PublicKey, TestKeys.C.PublicKey], keys.Select(key => key.PublicKey));
        Assert.All(keys, key => Assert.False(key.SignsUnasked));
    }

    [Theory]
    [InlineData("rsa-sha2-256", AgentSignatureFlags.RsaSha256)]
    [InlineData("rsa-sha2-512", AgentSignatureFlags.RsaSha512)]
    [InlineData("ssh-rsa", AgentSignatureFlags.None)]
    public async Task The_flags_say_with_which_hash_an_RSA_key_signs_P9987_1(string algorithm, uint flags)
    {
        await using var agent = new FakeAgent(request => Sign(request, TestKeys.Rsa, algorithm, flags));
        byte[] signature = await Identity(agent, TestKeys.Rsa).SignAsync(algorithm, new byte[] { 7 }, Ct);
        Assert.True(TestKeys.Rsa.PublicKey.Verify(algorithm, [7], signature));
    }

    [Fact]
    public async Task A_signature_by_another_algorithm_is_not_taken()
    {
        await using var agent = new FakeAgent(request => Sign(request, TestKeys.Rsa, "ssh-rsa", AgentSignatureFlags.RsaSha512));
        await Assert.ThrowsAsync<SshException>(async () => await Identity(agent, TestKeys.Rsa).SignAsync("rsa-sha2-512", new byte[] { 7 }, Ct));
    }

    [Fact]
    public async Task A_refusal_is_an_error_that_leaves_the_agent_usable()
    {
        int count = 0;
        await using var agent = new FakeAgent(_ => count++ == 0 ? Failure() : Identities((TestKeys.A.PublicKey.Blob.ToArray(), "a")));
        SshException refused = await Assert.ThrowsAsync<SshException>(async () => await Identity(agent, TestKeys.A).SignAsync("ssh-ed25519", new byte[] { 7 }, Ct));
        Assert.Equal("agent refused operation", refused.Message);
        Assert.Single(await agent.Client.ListAsync(Ct));
    }

    [Theory]
    [InlineData(null, false, "")]
    [InlineData(3600, false, "01" + "00000e10")]
    [InlineData(null, true, "02")]
    [InlineData(1, true, "01" + "00000001" + "02")]
    public async Task A_key_is_given_with_its_comment_and_its_constraints(int? seconds, bool mustConfirm, string constraints)
    {
        byte[] taken = [];
        await using var agent = new FakeAgent(request =>
        {
            taken = [.. request];
            return Success();
        });
        AgentConstraints conditions = AgentConstraints.None with { Lifetime = seconds is { } number ? TimeSpan.FromSeconds(number) : null, MustConfirm = mustConfirm };
        await agent.Client.AddAsync(TestKeys.A, "a comment", conditions, ct: Ct);
        Assert.Equal(constraints.Length == 0 ? AgentMessageNumber.AddIdentity : AgentMessageNumber.AddIdentityConstrained, AgentMessage.NumberOf(taken));
        Assert.EndsWith(Convert.ToHexStringLower("a comment"u8) + constraints, Convert.ToHexStringLower(taken), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Requests => new()
    {
        { "remove", "12(key)" },
        { "remove all", "13" },
        { "lock", $"16{Field("word"u8)}" },
        { "unlock", $"17{Field("word"u8)}" },
        { "add token", $"14{Field("/lib/token"u8)}{Field("word"u8)}" },
        { "add token to confirm", $"1a{Field("/lib/token"u8)}{Field("word"u8)}02" },
        { "remove token", $"15{Field("/lib/token"u8)}{Field("word"u8)}" },
        { "call", $"1b{Field("x@example.com"u8)}0102" },
        { "list extensions", $"1b{Field("query"u8)}" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_is_laid_out_as_RFC_9987_says_and_its_refusal_is_told(string request, string bytes)
    {
        byte[] taken = [];
        byte[] reply = Success();
        await using var agent = new FakeAgent(message =>
        {
            taken = [.. message];
            return reply;
        });
        if (request != "list extensions") await AskAsync(agent.Client, request);
        reply = [0, 0, 0, 1, (byte)AgentMessageNumber.ExtensionFailure];
        SshException refused = await Assert.ThrowsAsync<SshException>(async () => await AskAsync(agent.Client, request));
        Assert.Equal("agent refused operation", refused.Message);
        Assert.Equal(bytes.Replace("(key)", Field(TestKeys.A.PublicKey.Blob.Span), StringComparison.Ordinal), Convert.ToHexStringLower(taken));
    }

    private static async Task AskAsync(AgentClient agent, string request)
    {
        byte[] word = [.. "word"u8];
        switch (request)
        {
            case "remove": await agent.RemoveAsync(TestKeys.A.PublicKey, Ct); break;
            case "remove all": await agent.RemoveAllAsync(Ct); break;
            case "lock": await agent.LockAsync(word, Ct); break;
            case "unlock": await agent.UnlockAsync(word, Ct); break;
            case "add token": await agent.AddTokenAsync("/lib/token", word, ct: Ct); break;
            case "add token to confirm": await agent.AddTokenAsync("/lib/token", word, AgentConstraints.None with { MustConfirm = true }, Ct); break;
            case "remove token": await agent.RemoveTokenAsync("/lib/token", word, Ct); break;
            case "call": await agent.CallExtensionAsync("x@example.com", new byte[] { 1, 2 }, Ct); break;
            default: await agent.ListExtensionsAsync(Ct); break;
        }
    }

    [Fact]
    public async Task An_extension_that_is_unknown_differs_from_one_that_refuses_and_one_that_answers_nothing_P9987_1()
    {
        Queue<byte[]> replies = new([Failure(), Success(), Answer("x"u8, [7]), Answer("y"u8, [7])]);
        await using var agent = new FakeAgent(_ => replies.Dequeue());
        Assert.Null(await agent.Client.CallExtensionAsync("x", default, Ct));
        Assert.Empty((await agent.Client.CallExtensionAsync("x", default, Ct))!);
        Assert.Equal([7], (byte[])(await agent.Client.CallExtensionAsync("x", default, Ct))!);
        await Assert.ThrowsAsync<SshViolationException>(async () => await agent.Client.CallExtensionAsync("x", default, Ct));
    }

    [Fact]
    public async Task An_agent_tells_which_extensions_it_has()
    {
        await using var agent = new FakeAgent(_ => AgentQuery.WriteAnswer(["query", "session-bind@openssh.com"]));
        Assert.Equal(["query", "session-bind@openssh.com"], await agent.Client.ListExtensionsAsync(Ct));
    }

    [Fact]
    public async Task A_certificate_goes_with_its_key()
    {
        Certificate certificate = await new CertificateTerms { Kind = CertificateKind.User, KeyId = "id", Principals = ["al"] }.SignAsync(TestKeys.Rsa.PublicKey, TestKeys.B, ct: Ct);
        byte[] taken = [];
        await using var agent = new FakeAgent(request =>
        {
            taken = [.. request];
            return Success();
        });
        await agent.Client.AddAsync(TestKeys.Rsa, "", certificate: certificate, ct: Ct);
        using PrivateKey given = AgentMessage.Read<AddIdentity>(taken).Key.ToKey(out Certificate? with);
        Assert.Equal(certificate, with);
        Assert.Equal(TestKeys.Rsa.PublicKey, given.PublicKey);
        await Assert.ThrowsAsync<ArgumentException>(async () => await agent.Client.AddAsync(TestKeys.A, "", certificate: certificate, ct: Ct));
    }

    [Fact]
    public async Task A_key_that_the_agent_refuses_is_told()
    {
        await using var agent = new FakeAgent(_ => Failure());
        await Assert.ThrowsAsync<SshException>(async () => await agent.Client.AddAsync(TestKeys.A, "", ct: Ct));
    }

    [Fact]
    public async Task Replies_go_to_the_requests_in_order_when_many_ask_at_once_P9987_1()
    {
        await using var agent = new FakeAgent(request => Sign(request, TestKeys.A, "ssh-ed25519", AgentSignatureFlags.None));
        byte[][] data = [.. Enumerable.Range(0, 20).Select(i => new[] { (byte)i })];
        byte[][] signatures = await Task.WhenAll(data.Select(each => Task.Run(async () => await Identity(agent, TestKeys.A).SignAsync("ssh-ed25519", each, Ct))));
        for (int i = 0; i < data.Length; i++) Assert.True(TestKeys.A.PublicKey.Verify("ssh-ed25519", data[i], signatures[i]));
    }

    public static TheoryData<string> Broken =>
    [
        "", // closed
        "000000", // closed within the length
        "00000000",
        "00040001", // over the limit
        "FFFFFFFF0C",
        "0000000A0C000000", // closed within the message
        "0000000105", // a refusal: a locked agent
        "000000010C",
        "000000050CFFFFFFFF",
        "000000050C00000001",
        "000000090C0000000000000000", // trailing bytes
        "000000090C00000001FFFFFFFF",
    ];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task An_agent_that_is_closed_locked_or_broken_has_no_keys_P9987_1(string reply)
    {
        await using var agent = new FakeAgent(_ => Convert.FromHexString(reply), closesAfterReply: true);
        Assert.Empty(await agent.Client.ListAsync(Ct));
    }

    [Fact]
    public async Task After_half_a_reply_nothing_is_taken_for_the_next_one()
    {
        await using var agent = new FakeAgent(_ => [0, 0, 0], closesAfterReply: true);
        Assert.Empty(await agent.Client.ListAsync(Ct));
        SshException gone = await Assert.ThrowsAsync<SshException>(async () => await Identity(agent, TestKeys.A).SignAsync("ssh-ed25519", new byte[] { 7 }, Ct));
        Assert.Equal("communication with agent failed", gone.Message);
    }

    [Fact]
    public async Task A_reply_that_is_announced_and_never_sent_costs_no_memory_A61()
    {
        await WarmUpAsync();
        await using var client = new AgentClient(new CannedStream([0, 4, 0, 0]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Empty(await client.ListAsync(Ct));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 * 1024);

        static async Task WarmUpAsync()
        {
            await using var client = new AgentClient(new CannedStream([0, 4, 0, 0]));
            await client.ListAsync(Ct);
        }
    }

    [Fact]
    public async Task Nobody_listening_is_no_agent()
    {
        Assert.Null(await AgentClient.ConnectAsync("/nonexistent/agent.sock", Ct));
        Assert.Null(await AgentClient.ConnectAsync("/" + new string('x', 300), Ct));
    }

    [Fact]
    public async Task Agent_keys_stand_before_the_files_that_no_agent_has()
    {
        using var directory = new Interop.TemporaryDirectory();
        string[] paths = ["one", "two"];
        foreach (string path in paths) (await Interop.Run.CleanAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", directory[path]])).Ends();
        IdentityFile[] files = [.. paths.Select(path => IdentityFile.Find(directory[path])!)];
        await using var agent = new FakeAgent(_ => Failure());
        AgentIdentity[] keys = [new(agent.Client, TestKeys.A.PublicKey, "A"), new(agent.Client, files[1].PublicKey!, "two in the agent")];

        Assert.Equal(["two in the agent", "A", directory["one"]], IdentityOrder.Of(files, [], keys, [], isFilesOnly: false).Select(identity => identity.Name));
        Assert.Equal(["two in the agent", directory["one"]], IdentityOrder.Of(files, [], keys, [], isFilesOnly: true).Select(identity => identity.Name));
        foreach (IdentityFile file in files) file.Dispose();
    }

    [Fact]
    public async Task A_tokens_keys_stand_behind_the_agents_and_before_the_files_and_those_that_a_file_names_come_first()
    {
        using var directory = new Interop.TemporaryDirectory();
        string[] paths = ["plain", "in-token", "in-agent"];
        foreach (string path in paths) (await Interop.Run.CleanAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", directory[path]])).Ends();
        File.Delete(directory["in-token"]);
        IdentityFile[] files = [.. paths.Take(2).Select(path => IdentityFile.Find(directory[path])!)];
        PublicKey named = files[1].PublicKey!, shared = IdentityFile.Find(directory["in-agent"])!.PublicKey!;
        await using var agent = new FakeAgent(_ => Failure());
        AgentIdentity[] tokens = [new(agent.Client, TestKeys.B.PublicKey, "token's other"), new(agent.Client, shared, "token's shared"), new(agent.Client, named, "token's named")];
        AgentIdentity[] keys = [new(agent.Client, TestKeys.A.PublicKey, "A"), new(agent.Client, shared, "agent's shared")];

        Assert.Equal(
            ["agent's shared", "A", "token's named", "token's other", directory["plain"]],
            IdentityOrder.Of(files, [], keys, tokens, isFilesOnly: false).Select(identity => identity.Name));
        Assert.Equal(["agent's shared", "token's named", directory["plain"]], IdentityOrder.Of(files, [], keys, tokens, isFilesOnly: true).Select(identity => identity.Name));
        foreach (IdentityFile file in files) file.Dispose();
    }

    [Fact]
    [Trait("Category", "Interop")]
    public async Task OpenSSHs_agent_lists_and_signs()
    {
        using var directory = new Interop.TemporaryDirectory();
        string socket = directory["agent"];
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Interop.Requires.Program("ssh-agent"), ["-D", "-a", socket]) { RedirectStandardOutput = true })!;
        try
        {
            await process.StandardOutput.ReadLineAsync(Ct);
            foreach (string kind in new[] { "ed25519", "ecdsa-256", "rsa-2048" })
            {
                (await Interop.Run.Async("ssh-add", ["-q", await Interop.StockKeys.UserAsync(kind)], environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = socket })).Ends();
            }

            await using AgentClient agent = (await AgentClient.ConnectAsync(socket, Ct))!;
            IReadOnlyList<AgentIdentity> keys = await agent.ListAsync(Ct);
            Assert.Equal(["ed25519", "ecdsa-256", "rsa-2048"], keys.Select(key => key.Name));
            foreach (AgentIdentity key in keys)
            {
                foreach (string algorithm in key.PublicKey.SignatureAlgorithms)
                {
                    byte[] signature = await key.SignAsync(algorithm, new byte[] { 1, 2 }, Ct);
                    Assert.True(key.PublicKey.Verify(algorithm, [1, 2], signature));
                }
            }
        }
        finally
        {
            process.Kill();
        }
    }

    private static AgentIdentity Identity(FakeAgent agent, PrivateKey key) => new(agent.Client, key.PublicKey, "key");

    private static string Field(ReadOnlySpan<byte> contents) => $"{contents.Length:x8}{Convert.ToHexStringLower(contents)}";

    private static byte[] Answer(ReadOnlySpan<byte> type, byte[] contents)
    {
        var answer = new AgentExtensionResponse { Type = type, Contents = contents };
        return AgentMessage.Write(ref answer);
    }

    private static byte[] Failure()
    {
        var failure = default(AgentFailure);
        return AgentMessage.Write(ref failure);
    }

    private static byte[] Success()
    {
        var success = default(AgentSuccess);
        return AgentMessage.Write(ref success);
    }

    private static byte[] Identities(params (byte[] Blob, string Comment)[] keys)
    {
        var fields = new List<byte>();
        foreach ((byte[] blob, string comment) in keys)
        {
            var identity = new AgentIdentityFields { PublicKey = blob, Comment = Encoding.UTF8.GetBytes(comment) };
            fields.AddRange(Message.WriteRecord(ref identity));
        }

        var answer = new IdentitiesAnswer { Count = (uint)keys.Length, Identities = fields.ToArray() };
        return AgentMessage.Write(ref answer);
    }

    private static byte[] Sign(byte[] message, PrivateKey key, string algorithm, uint expectedFlags)
    {
        SignRequest request = AgentMessage.Read<SignRequest>(message);
        if (request.Flags != expectedFlags || !request.PublicKey.SequenceEqual(key.PublicKey.Blob.Span)) return Failure();
        var response = new SignResponse { Signature = key.Sign(algorithm, request.Data) };
        return AgentMessage.Write(ref response);
    }

    /// <summary>A stream that takes everything and gives a few bytes, without a thread of its own.</summary>
    private sealed class CannedStream(byte[] reply) : MemoryStream(reply)
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;
    }

    /// <summary>An agent at the other end of a socket that answers each request by a function.</summary>
    private sealed class FakeAgent : IAsyncDisposable
    {
        private readonly Socket _ours;
        private readonly Task _serving;

        public FakeAgent(Func<byte[], byte[]> answer, bool closesAfterReply = false)
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
            listener.Listen(1);
            _ours = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _ours.Connect(listener.LocalEndPoint!);
            Client = new AgentClient(new NetworkStream(_ours, ownsSocket: true));
            _serving = ServeAsync(new NetworkStream(listener.Accept(), ownsSocket: true), answer, closesAfterReply);
        }

        public AgentClient Client { get; }

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await _serving;
        }

        private static async Task ServeAsync(NetworkStream stream, Func<byte[], byte[]> answer, bool closesAfterReply)
        {
            await using (stream)
            {
                byte[] header = new byte[AgentMessage.HeaderLength];
                while (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false) == header.Length)
                {
                    byte[] message = new byte[AgentMessage.ReadLength(header)];
                    await stream.ReadExactlyAsync(message);
                    await stream.WriteAsync(answer(message));
                    if (closesAfterReply) return;
                }
            }
        }
    }
}
