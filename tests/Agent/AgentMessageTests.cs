using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tests.Authentication;
using Nacre.Tests.Keys;

namespace Nacre.Tests.Agent;

public sealed class AgentMessageTests
{
    [Fact]
    public void A_sign_request_is_laid_out_as_RFC_9987_says()
    {
        var request = new SignRequest { PublicKey = [1, 2], Data = [3], Flags = AgentSignatureFlags.RsaSha512 };
        Assert.Equal([0, 0, 0, 16, 13, 0, 0, 0, 2, 1, 2, 0, 0, 0, 1, 3, 0, 0, 0, 4], AgentMessage.Write(ref request));
    }

    [Fact]
    public void Messages_come_back_as_they_went()
    {
        var answer = new AgentExtensionResponse { Type = "query"u8, Contents = [1, 2, 3] };
        byte[] framed = AgentMessage.Write(ref answer);
        AgentExtensionResponse read = AgentMessage.Read<AgentExtensionResponse>(framed.AsSpan(AgentMessage.HeaderLength));
        Assert.True(read.Type.SequenceEqual("query"u8));
        Assert.True(read.Contents.SequenceEqual(new byte[] { 1, 2, 3 }));
        Assert.Equal(framed.Length - AgentMessage.HeaderLength, AgentMessage.ReadLength(framed));
    }

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("ecdsa-sha2-nistp256")]
    [InlineData("ecdsa-sha2-nistp521")]
    [InlineData("rsa-sha2-512")]
    public async Task A_private_key_and_its_certificate_go_to_an_agent_and_are_the_same_there_A31(string algorithm)
    {
        using PrivateKey key = SampleKeys.New(algorithm), other = SampleKeys.New(algorithm);
        Certificate certificate = await CertifyAsync(key), foreign = await CertifyAsync(other);
        foreach (Certificate? with in new[] { null, certificate })
        {
            using PrivateKey copy = ThereAndBack(key, with, out Certificate? came);
            Assert.Equal(key.PublicKey, copy.PublicKey);
            Assert.Equal(with, came);
            Assert.True(key.PublicKey.Verify(algorithm, [1], copy.Sign(algorithm, [1])));
        }

        Assert.Throws<ArgumentException>(() => { _ = AgentKeyFields.Of(key, foreign); });
        Assert.Throws<KeyFormatException>(() =>
        {
            var lie = new AgentKeyFields { Type = System.Text.Encoding.ASCII.GetBytes(foreign.Type), Certificate = foreign.Blob.Span, Key = key.ToFields() };
            Message.ReadRecord<AgentKeyFields>(Message.WriteRecord(ref lie)).ToKey(out Certificate? _).Dispose();
        });
        Assert.Throws<KeyFormatException>(() =>
        {
            var bare = new AgentKeyFields { Type = System.Text.Encoding.ASCII.GetBytes(certificate.Type), Certificate = key.PublicKey.Blob.Span, Key = key.ToFields() };
            Message.ReadRecord<AgentKeyFields>(Message.WriteRecord(ref bare)).ToKey(out Certificate? _).Dispose();
        });
    }

    [Fact]
    public void A_key_of_an_unknown_type_is_refused() =>
        Assert.Throws<KeyFormatException>(() => { _ = Message.ReadRecord<AgentKeyFields>([.. SampleKeys.Field("ssh-dss-cert-v01@openssh.com"u8), .. SampleKeys.Field([])]); });

    [Theory]
    [InlineData(0u)]
    [InlineData(AgentMessage.MaxLength + 1u)]
    [InlineData(uint.MaxValue)]
    public void A_length_out_of_range_is_a_violation_P9987_1(uint length)
    {
        byte[] header = [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];
        Assert.Equal(Violation.LengthOutOfRange, Assert.Throws<SshViolationException>(() => AgentMessage.ReadLength(header)).Violation);
    }

    [Theory]
    [InlineData(AgentExtension.MaxType, true)]
    [InlineData(AgentExtension.MaxType + 1, false)]
    public void The_name_of_an_extension_is_limited(int length, bool isRead)
    {
        byte[] request = [(byte)AgentMessageNumber.Extension, .. SampleKeys.Field(new byte[length])];
        if (isRead) Assert.Equal(length, AgentMessage.Read<AgentExtension>(request).Type.Length);
        else Assert.Throws<SshViolationException>(() => { _ = AgentMessage.Read<AgentExtension>(request); });
    }

    [Fact]
    public void The_longest_message_is_let_through() => Assert.Equal(AgentMessage.MaxLength, AgentMessage.ReadLength([0, 4, 0, 0]));

    [Fact]
    public void A_message_too_long_to_send_is_refused_here()
    {
        byte[] data = new byte[AgentMessage.MaxLength];
        Assert.Throws<SshException>(() =>
        {
            var request = new SignRequest { Data = data };
            AgentMessage.Write(ref request);
        });
    }

    [Fact]
    public async Task Constraints_come_back_as_they_went_A31()
    {
        var constraints = new AgentConstraints
        {
            Lifetime = TimeSpan.FromSeconds(uint.MaxValue),
            MustConfirm = true,
            Destinations = [new(null, Hop("a"), "al*"), new(Hop("a"), Hop("b"))],
            SecurityKeyProvider = "/usr/lib/sk.so",
            Certificates = new([await CertifyAsync(TestKeys.A)], IsCertificatesOnly: true),
        };
        byte[] bytes = constraints.ToBytes();
        AgentConstraints read = AgentConstraints.Read(bytes);
        Assert.Equal(bytes, read.ToBytes());
        Assert.Equal(constraints.Lifetime, read.Lifetime);
        Assert.True(read.MustConfirm);
        Assert.Equal("/usr/lib/sk.so", read.SecurityKeyProvider);
        Assert.Equal(constraints.Certificates.Certificates, read.Certificates!.Certificates);
        Assert.Equal(["al*", null], read.Destinations.Select(destination => destination.UserName));
        Assert.Equal([null, "a"], read.Destinations.Select(destination => destination.From?.HostName));
        Assert.Equal([new DestinationKey(TestKeys.A.PublicKey), new DestinationKey(TestKeys.B.PublicKey, IsAuthority: true)], read.Destinations[1].To.Keys);
    }

    [Fact]
    public void A_destination_is_laid_out_as_OpenSSH_says()
    {
        byte[] blob = TestKeys.A.PublicKey.Blob.ToArray();
        byte[] from = [.. SampleKeys.Field([]), .. SampleKeys.Field([]), .. SampleKeys.Field([])];
        byte[] to = [.. SampleKeys.Field("u"u8), .. SampleKeys.Field("h"u8), .. SampleKeys.Field([]), .. SampleKeys.Field(blob), 1];
        byte[] constraint = SampleKeys.Field([.. SampleKeys.Field(from), .. SampleKeys.Field(to), .. SampleKeys.Field([])]);
        byte[] expected = [255, .. SampleKeys.Field("restrict-destination-v00@openssh.com"u8), .. SampleKeys.Field(constraint)];
        Assert.Equal(expected, new AgentConstraints { Destinations = [new(null, new("h", [new(TestKeys.A.PublicKey, IsAuthority: true)]), "u")] }.ToBytes());
    }

    [Theory]
    [InlineData(AgentConstraints.MaxEntries, true)]
    [InlineData(AgentConstraints.MaxEntries + 1, false)]
    public void Destinations_are_limited_A33(int count, bool isRead)
    {
        DestinationConstraint one = new(null, new DestinationHop("h", [new(TestKeys.A.PublicKey)]));
        byte[] bytes = new AgentConstraints { Destinations = [.. Enumerable.Repeat(one, count)] }.ToBytes();
        AssertRead(bytes, isRead);
    }

    [Theory]
    [InlineData(DestinationConstraint.MaxUserName, DestinationHop.MaxHostName, AgentConstraints.MaxProviderLength, AgentConstraints.MaxEntries, true)]
    [InlineData(DestinationConstraint.MaxUserName + 1, 1, 1, 1, false)]
    [InlineData(1, DestinationHop.MaxHostName + 1, 1, 1, false)]
    [InlineData(1, 1, AgentConstraints.MaxProviderLength + 1, 1, false)]
    [InlineData(1, 1, 1, AgentConstraints.MaxEntries + 1, false)]
    public void The_names_and_keys_of_a_destination_are_limited_A33(int user, int host, int provider, int keys, bool isRead)
    {
        byte[] key = [.. SampleKeys.Field(TestKeys.A.PublicKey.Blob.Span), 0], nobody = [.. SampleKeys.Field([]), .. SampleKeys.Field([]), .. SampleKeys.Field([])];
        byte[] to = [.. Filled(user), .. Filled(host), .. SampleKeys.Field([]), .. Enumerable.Repeat(key, keys).SelectMany(static each => each)];
        byte[] destination = SampleKeys.Field([.. SampleKeys.Field(nobody), .. SampleKeys.Field(to), .. SampleKeys.Field([])]);
        byte[] restriction = [255, .. SampleKeys.Field("restrict-destination-v00@openssh.com"u8), .. SampleKeys.Field(destination)];
        AssertRead([.. restriction, 255, .. SampleKeys.Field("sk-provider@openssh.com"u8), .. Filled(provider)], isRead);

        static byte[] Filled(int length) => SampleKeys.Field(Enumerable.Repeat((byte)'*', length).ToArray());
    }

    [Theory]
    [InlineData(AgentConstraints.MaxEntries, true)]
    [InlineData(AgentConstraints.MaxEntries + 1, false)]
    public async Task The_certificates_of_a_token_are_limited(int count, bool isRead)
    {
        Certificate one = await CertifyAsync(TestKeys.A);
        AssertRead(new AgentConstraints { Certificates = new([.. Enumerable.Repeat(one, count)], false) }.ToBytes(), isRead);
    }

    public static TheoryData<string, bool, bool, bool, bool> Incomplete => new()
    {
        { "no keys", false, false, true, false },
        { "no host", false, false, false, true },
        { "an origin without keys", true, false, true, true },
        { "an origin without a name", false, true, true, true },
    };

    [Theory]
    [MemberData(nameof(Incomplete))]
    public void A_destination_that_is_incomplete_is_refused_A31(string what, bool isFromNamed, bool isFromKeyed, bool isToNamed, bool isToKeyed)
    {
        DestinationKey[] keys = [new(TestKeys.A.PublicKey)];
        var from = new DestinationHop(isFromNamed ? "f" : "", isFromKeyed ? keys : []);
        var to = new DestinationHop(isToNamed ? "t" : "", isToKeyed ? keys : []);
        var violation = Assert.Throws<SshViolationException>(() => AgentConstraints.Read(new AgentConstraints { Destinations = [new(from, to)] }.ToBytes()));
        Assert.True(violation.Violation == Violation.FieldMalformed, what);
    }

    [Fact]
    public void A_list_of_no_destinations_binds_to_nothing_and_is_refused_A31()
    {
        byte[] empty = [255, .. SampleKeys.Field("restrict-destination-v00@openssh.com"u8), 0, 0, 0, 0];
        Assert.Throws<SshViolationException>(() => AgentConstraints.Read(empty));
    }

    [Fact]
    public void Names_of_extensions_come_back_as_they_went()
    {
        byte[] answer = AgentQuery.WriteAnswer(["query", "session-bind@openssh.com"]);
        Assert.Equal(["query", "session-bind@openssh.com"], AgentQuery.ReadAnswer(answer.AsSpan(AgentMessage.HeaderLength)));
        Assert.Equal(AgentQuery.MaxNames, AgentQuery.ReadAnswer(AgentQuery.WriteAnswer(Enumerable.Repeat("a", AgentQuery.MaxNames)).AsSpan(AgentMessage.HeaderLength)).Count);
        byte[] tooMany = AgentQuery.WriteAnswer(Enumerable.Repeat("a", AgentQuery.MaxNames + 1));
        Assert.Throws<SshViolationException>(() => AgentQuery.ReadAnswer(tooMany.AsSpan(AgentMessage.HeaderLength)));
        var other = new AgentExtensionResponse { Type = "other"u8 };
        byte[] answerToOther = AgentMessage.Write(ref other);
        Assert.Throws<SshViolationException>(() => AgentQuery.ReadAnswer(answerToOther.AsSpan(AgentMessage.HeaderLength)));
    }

    [Fact]
    public void No_constraints_are_none()
    {
        AgentConstraints read = AgentConstraints.Read([]);
        Assert.Null(read.Lifetime);
        Assert.False(read.MustConfirm);
        Assert.Empty(read.Destinations);
        Assert.Null(read.Certificates);
    }

    // Kind 3, which drafts had and the RFC has not; unknown kinds; short fields; what is there twice.
    public static TheoryData<string> Malformed =>
    [
        "03", "00", "FE", "01000000", "0202", "01000000010100000002",
        "FF", "FFFFFFFFFF", "FF0000000161", "FF000000016100000009", "FF000000016100000000FF000000016100000000",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Constraints_that_are_unknown_malformed_or_there_twice_are_refused_A31_P9987_1(string bytes) =>
        Assert.Throws<SshViolationException>(() => AgentConstraints.Read(Convert.FromHexString(bytes)));

    private static DestinationHop Hop(string name) => new(name, [new(TestKeys.A.PublicKey), new(TestKeys.B.PublicKey, IsAuthority: true)]);

    private static void AssertRead(byte[] bytes, bool isRead)
    {
        if (isRead) Assert.Equal(bytes, AgentConstraints.Read(bytes).ToBytes());
        else Assert.Equal(Violation.FieldTooLong, Assert.Throws<SshViolationException>(() => AgentConstraints.Read(bytes)).Violation);
    }

    private static async Task<Certificate> CertifyAsync(PrivateKey key) =>
        await new CertificateTerms { Kind = CertificateKind.User, KeyId = "id", Principals = ["al"] }.SignAsync(key.PublicKey, TestKeys.B, ct: TestContext.Current.CancellationToken);

    private static PrivateKey ThereAndBack(PrivateKey key, Certificate? certificate, out Certificate? came)
    {
        var add = new AddIdentity { Key = AgentKeyFields.Of(key, certificate), Comment = "me"u8 };
        byte[] framed = AgentMessage.Write(ref add);
        AddIdentity read = AgentMessage.Read<AddIdentity>(framed.AsSpan(AgentMessage.HeaderLength));
        Assert.True(read.Comment.SequenceEqual("me"u8));
        return read.Key.ToKey(out came);
    }
}
