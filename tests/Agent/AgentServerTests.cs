using System.Net.Sockets;
using Nacre.Client;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tests.Authentication;
using Nacre.Tests.Keys;

namespace Nacre.Tests.Agent;

public sealed class AgentServerTests
{
    private static readonly byte[] Data = [1, 2, 3];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ssh-ed25519", AgentSignatureFlags.None)]
    [InlineData("ecdsa-sha2-nistp256", AgentSignatureFlags.RsaSha512)]
    [InlineData("ecdsa-sha2-nistp384", AgentSignatureFlags.None)]
    [InlineData("ecdsa-sha2-nistp521", AgentSignatureFlags.None)]
    [InlineData("ssh-rsa", AgentSignatureFlags.None)]
    [InlineData("rsa-sha2-256", AgentSignatureFlags.RsaSha256)]
    [InlineData("rsa-sha2-512", AgentSignatureFlags.RsaSha512)]
    public async Task A_key_and_its_certificate_are_listed_and_sign_with_the_hash_of_the_flags_P9987_1(string algorithm, uint flags)
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        using PrivateKey key = SampleKeys.New(algorithm);
        Certificate certificate = await AgentBed.CertifyAsync(key, TestKeys.B);
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Adding(key)));
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Adding(key, AgentConstraints.None, certificate, "the certificate")));

        IReadOnlyList<AgentIdentity> listed = await client.ListAsync(Ct);
        Assert.Equal([key.PublicKey, certificate], listed.Select(each => each.PublicKey));
        Assert.Equal(["c", "the certificate"], listed.Select(each => each.Name));
        foreach (AgentIdentity each in listed)
        {
            byte[]? signature = await AgentBed.SignAsync(client, each.PublicKey, Data, flags);
            Assert.True(key.PublicKey.Verify(algorithm, Data, signature));
            foreach (uint unknown in (uint[])[1, 8, 1u << 31]) Assert.Null(await AgentBed.SignAsync(client, each.PublicKey, Data, flags | unknown));
        }
    }

    [Fact]
    public async Task A_key_that_comes_again_replaces_itself_with_its_new_conditions()
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        bed.Server.Add(AgentBed.Copy(TestKeys.A), "first", constraints: new AgentConstraints { MustConfirm = true });
        bed.Server.Add(AgentBed.Copy(TestKeys.C), "other");
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Adding(TestKeys.A, comment: "second")));
        Assert.Equal(["second", "other"], (await client.ListAsync(Ct)).Select(key => key.Name));
        Assert.NotNull(await AgentBed.SignAsync(client, TestKeys.A.PublicKey, Data));
        Assert.Empty(bed.Asked);
    }

    [Fact]
    public async Task Keys_are_removed_one_by_one_and_all_at_once()
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        foreach (PrivateKey key in new[] { TestKeys.A, TestKeys.B, TestKeys.C }) bed.Server.Add(AgentBed.Copy(key), "c");
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Removing(TestKeys.B.PublicKey)));
        Assert.False(await AgentBed.DoesAsync(client, AgentBed.Removing(TestKeys.B.PublicKey)));
        Assert.Null(await AgentBed.SignAsync(client, TestKeys.B.PublicKey, Data));
        Assert.Equal([TestKeys.A.PublicKey, TestKeys.C.PublicKey], bed.Server.Keys);
        Assert.True(await AgentBed.DoesAsync(client, Framed(AgentMessageNumber.RemoveAllIdentities)));
        Assert.Empty(await AgentBed.SeenAsync(client));
    }

    /// <summary>Each condition, with each type of key, added plain and under a certificate.</summary>
    public static TheoryData<string, string, bool> Matrix
    {
        get
        {
            var rows = new TheoryData<string, string, bool>();
            foreach (string condition in new[] { "lifetime", "confirmation", "destination", "all", "unknown", "of tokens", "of security keys" })
            {
                foreach (string algorithm in new[] { "ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512" })
                {
                    rows.Add(condition, algorithm, false);
                    rows.Add(condition, algorithm, true);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task No_condition_is_lost_whatever_the_key_and_however_it_is_added_A31(string condition, string algorithm, bool isCertified)
    {
        await using var bed = new AgentBed();
        bed.Says = _ => Task.FromResult(false);
        AgentClient client = bed.Connect(), forwarded = bed.Connect();
        using PrivateKey key = SampleKeys.New(algorithm);
        Certificate? certificate = isCertified ? await AgentBed.CertifyAsync(key, TestKeys.B) : null;
        PublicKey identity = (PublicKey?)certificate ?? key.PublicKey;
        var elsewhere = new DestinationConstraint(null, new DestinationHop("elsewhere", [new DestinationKey(TestKeys.C.PublicKey)]));
        var constraints = new AgentConstraints
        {
            Lifetime = condition is "lifetime" or "all" ? TimeSpan.FromSeconds(10) : null,
            MustConfirm = condition is "confirmation" or "all",
            Destinations = condition is "destination" or "all" ? [elsewhere] : [],
            SecurityKeyProvider = condition is "of security keys" ? "/usr/lib/sk.so" : null,
            Certificates = condition is "of tokens" ? new AssociatedCertificates([], false) : null,
        };
        byte[] bytes = condition == "unknown" ? [255, .. SampleKeys.Field("new@example.org"u8), .. SampleKeys.Field([])] : constraints.ToBytes();
        bool isTaken = await AgentBed.DoesAsync(client, AgentBed.Adding(key, bytes, certificate));
        Assert.Equal(condition is "lifetime" or "confirmation" or "destination" or "all", isTaken);
        if (!isTaken)
        {
            Assert.Empty(bed.Server.Keys);
            return;
        }

        Assert.True(await AgentBed.DoesAsync(forwarded, AgentBed.Binding(TestKeys.A, 1, isForwarding: true)));
        Assert.Equal(condition is "destination" or "all" ? [] : [identity], await AgentBed.SeenAsync(forwarded));
        bool signs = await AgentBed.SignAsync(client, identity, Data, AgentSignatureFlags.RsaSha512) is not null;
        Assert.Equal(condition == "lifetime", signs);
        Assert.Equal(condition == "confirmation" ? 1 : 0, bed.Asked.Count);
        bed.Time.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(condition is "lifetime" or "all" ? [] : [identity], bed.Server.Keys);
    }

    [Fact]
    public async Task A_key_is_erased_when_its_time_is_over_though_nobody_asks()
    {
        await using var bed = new AgentBed(options => options with { DefaultLifetime = TimeSpan.FromHours(1) });
        PrivateKey[] keys = [AgentBed.Copy(TestKeys.A), AgentBed.Copy(TestKeys.B), AgentBed.Copy(TestKeys.C)];
        bed.Server.Add(keys[0], "by default");
        bed.Server.Add(keys[1], "shorter", constraints: new AgentConstraints { Lifetime = TimeSpan.FromSeconds(30) });
        bed.Server.Add(keys[2], "for as long as can be said", constraints: new AgentConstraints { Lifetime = TimeSpan.FromSeconds(uint.MaxValue) });
        Assert.Equal([false, false, false], keys.Select(IsErased));
        bed.Time.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal([false, true, false], keys.Select(IsErased));
        for (int minute = 0; minute < 60; minute++) bed.Time.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal([true, true, false], keys.Select(IsErased));
        Assert.Equal([TestKeys.C.PublicKey], bed.Server.Keys);
    }

    [Fact]
    public async Task A_key_that_is_removed_while_it_signs_is_erased_afterwards()
    {
        await using var bed = new AgentBed();
        var answer = new TaskCompletionSource<bool>();
        var asked = new TaskCompletionSource();
        bed.Says = _ =>
        {
            asked.SetResult();
            return answer.Task;
        };
        PrivateKey key = AgentBed.Copy(TestKeys.A);
        bed.Server.Add(key, "c", constraints: new AgentConstraints { MustConfirm = true });
        Task<byte[]?> signing = AgentBed.SignAsync(bed.Connect(), TestKeys.A.PublicKey, Data);
        await asked.Task;

        // The others do not wait for the person who is asked.
        AgentClient other = bed.Connect();
        Assert.Single(await AgentBed.SeenAsync(other));
        Assert.True(await AgentBed.DoesAsync(other, Framed(AgentMessageNumber.RemoveAllIdentities)));
        Assert.False(IsErased(key));
        answer.SetResult(true);
        byte[]? signature = await signing;
        Assert.True(TestKeys.A.PublicKey.Verify("ssh-ed25519", Data, signature));
        Assert.True(IsErased(key));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_person_decides_each_time_and_is_told_which_key(bool isAllowed)
    {
        await using var bed = new AgentBed();
        bed.Says = _ => Task.FromResult(isAllowed);
        bed.Server.Add(AgentBed.Copy(TestKeys.A), "my key", constraints: new AgentConstraints { MustConfirm = true });
        AgentClient client = bed.Connect();
        for (int i = 0; i < 2; i++) Assert.Equal(isAllowed, await AgentBed.SignAsync(client, TestKeys.A.PublicKey, Data) is not null);
        Assert.Equal([new(TestKeys.A.PublicKey, "my key", null), new(TestKeys.A.PublicKey, "my key", null)], bed.Asked);
    }

    [Fact]
    public async Task Where_nobody_can_be_asked_a_key_that_must_be_confirmed_is_not_taken_A31()
    {
        await using var bed = new AgentBed(options => options with { Confirmer = null });
        Assert.False(await AgentBed.DoesAsync(bed.Connect(), AgentBed.Adding(TestKeys.A, new AgentConstraints { MustConfirm = true })));
        PrivateKey key = AgentBed.Copy(TestKeys.A);
        Assert.Throws<SshException>(() => bed.Server.Add(key, "c", constraints: new AgentConstraints { MustConfirm = true }));
        Assert.True(IsErased(key));
    }

    [Fact]
    public async Task A_locked_agent_lists_nothing_and_does_nothing_P9987_1()
    {
        await using var bed = new AgentBed();
        bed.Server.Add(AgentBed.Copy(TestKeys.A), "c");
        AgentClient client = bed.Connect(), other = bed.Connect();
        Assert.False(await AgentBed.DoesAsync(client, AgentBed.Locking("")));
        Assert.False(await AgentBed.DoesAsync(client, AgentBed.Unlocking("pass")));
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Locking("pass")));
        Assert.False(await AgentBed.DoesAsync(client, AgentBed.Locking("other")));

        (AgentMessageNumber number, byte[] answer) = await AgentBed.AskAsync(other, Framed(AgentMessageNumber.RequestIdentities));
        Assert.Equal(AgentMessageNumber.IdentitiesAnswer, number);
        Assert.Equal([0, 0, 0, 0], answer[1..]);
        Assert.Null(await AgentBed.SignAsync(other, TestKeys.A.PublicKey, Data));
        byte[][] refused =
        [
            AgentBed.Adding(TestKeys.C), AgentBed.Removing(TestKeys.A.PublicKey), Framed(AgentMessageNumber.RemoveAllIdentities),
            AgentBed.AddingToken("/usr/lib/x.so", ""), AgentBed.RemovingToken("/usr/lib/x.so"), AgentQuery.Write(), AgentBed.Extending("other@example.org", []),
        ];
        foreach (byte[] request in refused) Assert.Equal(AgentMessageNumber.Failure, (await AgentBed.AskAsync(other, request)).Number);

        Assert.True(await AgentBed.DoesAsync(other, AgentBed.Unlocking("pass")));
        Assert.Equal([TestKeys.A.PublicKey], await AgentBed.SeenAsync(client));
    }

    [Fact]
    public async Task Each_wrong_passphrase_takes_longer_and_one_is_tried_at_a_time_A31()
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect(), other = bed.Connect();
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Locking("pass")));
        for (int failures = 1; failures <= 3; failures++)
        {
            Task<bool> trying = AgentBed.DoesAsync(client, AgentBed.Unlocking("wrong"));
            Task<bool> next = AgentBed.DoesAsync(other, AgentBed.Unlocking("wrong"));
            await DelayedAsync(bed);
            bed.Time.Pass(TimeSpan.FromMilliseconds((100 * ((2 * failures) - 1)) - 1));
            Assert.Equal(1, bed.Time.Waiting);
            Assert.False(trying.IsCompleted || next.IsCompleted);
            bed.Time.Pass(TimeSpan.FromMilliseconds(1));
            Assert.False(await await Task.WhenAny(trying, next));
            await DelayedAsync(bed);
            bed.Time.Pass(TimeSpan.FromMilliseconds(200 * failures));
            Assert.DoesNotContain(true, await Task.WhenAll(trying, next));
        }

        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Unlocking("pass")));
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Locking("pass")));

        // The right one starts the count anew.
        Task<bool> again = AgentBed.DoesAsync(client, AgentBed.Unlocking("wrong"));
        await DelayedAsync(bed);
        bed.Time.Pass(TimeSpan.FromMilliseconds(100));
        Assert.False(await again);
    }

    public static TheoryData<string> Malformed =>
    [
        "0B00", "0D", "0D00000001", "11", "1100000003", "1200000001", "1300", "14", "1500000001", "1600000005", "17", "190000000b7373682d65643235353139",
        "1B", "1B00000005717565727900", "FF", "01", "09",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_is_malformed_or_unknown_is_refused_and_the_connection_goes_on_P9987_1(string request)
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        byte[] body = Convert.FromHexString(request);
        AgentMessageNumber expected = body[0] == (byte)AgentMessageNumber.Extension && body.Length > 5 ? AgentMessageNumber.ExtensionFailure : AgentMessageNumber.Failure;
        Assert.Equal(expected, (await AgentBed.AskAsync(client, [0, 0, 0, (byte)body.Length, .. body])).Number);
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Adding(TestKeys.A)));
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("00040001")]
    [InlineData("FFFFFFFF")]
    public async Task A_length_out_of_range_ends_the_connection_P9987_1(string header)
    {
        await using var bed = new AgentBed();
        await using NetworkStream stream = bed.Dial();
        await stream.WriteAsync(Convert.FromHexString(header), Ct);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Ct));
    }

    [Fact]
    public async Task The_longest_message_is_read_and_answered_in_its_turn()
    {
        await using var bed = new AgentBed();
        await using NetworkStream stream = bed.Dial();
        byte[] longest = new byte[AgentMessage.HeaderLength + AgentMessage.MaxLength];
        (longest[1], longest[4]) = (4, (byte)AgentMessageNumber.SignRequest);
        byte[] list = Framed(AgentMessageNumber.RequestIdentities);
        Task writing = stream.WriteAsync(new ReadOnlyMemory<byte>([.. list, .. longest, .. list, .. list[..3]]), Ct).AsTask();
        byte[] replies = new byte[9 + 5 + 9];
        await stream.ReadExactlyAsync(replies, Ct);
        await writing;
        byte[] nothing = [0, 0, 0, 5, 12, 0, 0, 0, 0];
        Assert.Equal([.. nothing, 0, 0, 0, 1, 5, .. nothing], replies);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task There_are_no_more_keys_than_a_client_reads()
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        PrivateKey key = AgentBed.Copy(TestKeys.A);
        for (ulong serial = 0; serial < 2048; serial++)
        {
            Certificate certificate = await new CertificateTerms { Kind = CertificateKind.User, KeyId = "", Serial = serial }.SignAsync(key.PublicKey, TestKeys.B, ct: Ct);
            bed.Server.Add(AgentBed.Copy(key), "", certificate);
        }

        Assert.False(await AgentBed.DoesAsync(client, AgentBed.Adding(TestKeys.C)));
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Removing(bed.Server.Keys[7])));
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Adding(TestKeys.C)));
    }

    [Fact]
    public async Task Query_names_the_extensions_and_unknown_ones_are_plain_failures_P9987_1()
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        (AgentMessageNumber number, byte[] answer) = await AgentBed.AskAsync(client, AgentQuery.Write());
        Assert.Equal(AgentMessageNumber.ExtensionResponse, number);
        Assert.Equal(["query", "session-bind@openssh.com"], AgentQuery.ReadAnswer(answer));
        Assert.Equal(AgentMessageNumber.Failure, (await AgentBed.AskAsync(client, AgentBed.Extending("other@example.org", []))).Number);
        Assert.Equal(AgentMessageNumber.ExtensionFailure, (await AgentBed.AskAsync(client, AgentBed.Extending(SessionBind.RecordName, [1]))).Number);
    }

    [Fact]
    public async Task A_certificate_for_another_key_is_the_caller_s_mistake()
    {
        await using var bed = new AgentBed();
        Certificate certificate = await AgentBed.CertifyAsync(TestKeys.A, TestKeys.B);
        Assert.Throws<ArgumentException>(() => bed.Server.Add(TestKeys.C, "c", certificate));
    }

    private static async Task DelayedAsync(AgentBed bed)
    {
        while (bed.Time.Waiting == 0) await Task.Yield();
    }

    private static bool IsErased(PrivateKey key)
    {
        try
        {
            _ = key.Sign(key.PublicKey.SignatureAlgorithms[0], Data);
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private static byte[] Framed(AgentMessageNumber number) => [0, 0, 0, 1, (byte)number];
}
