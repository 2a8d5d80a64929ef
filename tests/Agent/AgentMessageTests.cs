using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

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

    [Fact]
    public void A_private_key_goes_to_an_agent_and_is_the_same_there()
    {
        using PrivateKey key = PrivateKey.GenerateEcdsa();
        var add = new AddIdentityConstrained { Key = key.ToFields(), Comment = "me"u8, Constraints = new AgentConstraints(TimeSpan.FromSeconds(60), true, []).ToBytes() };
        byte[] framed = AgentMessage.Write(ref add);
        AddIdentityConstrained read = AgentMessage.Read<AddIdentityConstrained>(framed.AsSpan(AgentMessage.HeaderLength));
        using PrivateKey copy = read.Key.ToKey();

        Assert.Equal(key.PublicKey, copy.PublicKey);
        AgentConstraints constraints = AgentConstraints.Read(read.Constraints);
        Assert.Equal(TimeSpan.FromSeconds(60), constraints.Lifetime);
        Assert.True(constraints.MustConfirm);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(AgentMessage.MaxLength + 1u)]
    [InlineData(uint.MaxValue)]
    public void A_length_out_of_range_is_a_violation_P9987_1(uint length)
    {
        byte[] header = [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];
        Assert.Equal(Violation.LengthOutOfRange, Assert.Throws<SshViolationException>(() => AgentMessage.ReadLength(header)).Violation);
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
    public void Constraints_come_back_as_they_went()
    {
        var constraints = new AgentConstraints(TimeSpan.FromSeconds(uint.MaxValue), true, [new("restrict-destination-v00@openssh.com", new byte[] { 9, 8 })]);
        AgentConstraints read = AgentConstraints.Read(constraints.ToBytes());
        Assert.Equal(constraints.Lifetime, read.Lifetime);
        Assert.True(read.MustConfirm);
        AgentConstraintExtension extension = Assert.Single(read.Extensions);
        Assert.Equal("restrict-destination-v00@openssh.com", extension.Name);
        Assert.Equal([9, 8], extension.Details.ToArray());
    }

    [Fact]
    public void No_constraints_are_none()
    {
        AgentConstraints read = AgentConstraints.Read([]);
        Assert.Null(read.Lifetime);
        Assert.False(read.MustConfirm);
        Assert.Empty(read.Extensions);
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
}
