using Nacre.Client.Dns;
using Nacre.Protocol.Keys;

namespace Nacre.Tests.Client.Dns;

public sealed class DnsAnswerTests
{
    private static readonly byte[] Fingerprint = [4, 2, 1, 2, 3];

    [Fact]
    public void A_question_is_what_RFC_1035_says()
    {
        DnsQuery query = DnsQuery.TryCompose("Host.Example.", 0x1234, asksAuthenticated: true)!;
        Assert.Equal("123401200001000000000000" + "04686f7374076578616d706c6500" + "002c0001", Convert.ToHexStringLower(query.Bytes.Span));
        Assert.Equal(0x00, DnsQuery.TryCompose("host", 1, asksAuthenticated: false)!.Bytes.Span[3]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a b")]
    [InlineData("h\u00f6st")]
    [InlineData("a\0b")]
    public void What_is_no_name_is_not_asked_for(string host) => Assert.Null(DnsQuery.TryCompose(host, 1, asksAuthenticated: false));

    [Fact]
    public void Labels_and_names_have_their_lengths_at_most()
    {
        string label = new('a', DnsQuery.MaxLabel);
        Assert.NotNull(DnsQuery.TryCompose(label, 1, asksAuthenticated: false));
        Assert.Null(DnsQuery.TryCompose(label + "a", 1, asksAuthenticated: false));
        string name = string.Join('.', label, label, label, new string('a', 61));
        Assert.Equal(DnsQuery.MaxName, DnsQuery.TryCompose(name, 1, asksAuthenticated: false)!.Name.Length);
        Assert.Null(DnsQuery.TryCompose(name + "a", 1, asksAuthenticated: false));
    }

    [Fact]
    public void Records_of_the_name_are_read_and_others_passed_over()
    {
        DnsAnswer answer = Read(
            DnsMessages.Response | DnsMessages.AuthenticData,
            DnsMessages.Record(46, 1, 2, 3),
            DnsMessages.Record(DnsQuery.SshfpType, Fingerprint),
            DnsMessages.Record(DnsMessages.Name("HOST.example"), DnsQuery.SshfpType, Fingerprint),
            DnsMessages.Record(DnsMessages.Name("other.example"), DnsQuery.SshfpType, 1, 1, 9));
        Assert.Equal(0, answer.Code);
        Assert.True(answer.IsAuthenticated);
        Assert.Equal(2, answer.Records.Count);
        Assert.All(answer.Records, record => Assert.Equal((4, 2, "010203"), (record.Algorithm, record.Hash, Convert.ToHexString(record.Fingerprint.Span))));
    }

    [Fact]
    public void Aliases_are_followed_eight_times_at_most_and_round_in_circles_not_for_ever()
    {
        byte[][] chain = [.. Enumerable.Range(0, DnsAnswer.MaxAliases).Select(i => DnsMessages.Record(NameOf(i), DnsQuery.CnameType, NameOf(i + 1)))];
        Assert.Single(Read(DnsMessages.Response, [.. chain, DnsMessages.Record(NameOf(8), DnsQuery.SshfpType, Fingerprint)]).Records);
        Assert.Empty(Read(DnsMessages.Response, [.. chain, DnsMessages.Record(NameOf(8), DnsQuery.CnameType, NameOf(9)), DnsMessages.Record(NameOf(9), DnsQuery.SshfpType, Fingerprint)]).Records);
        Assert.Empty(Read(DnsMessages.Response, DnsMessages.Record(DnsQuery.CnameType, NameOf(1)), DnsMessages.Record(NameOf(1), DnsQuery.CnameType, NameOf(0))).Records);

        static byte[] NameOf(int i) => DnsMessages.Name(i == 0 ? "host.example" : $"alias{i}.example");
    }

    public static TheoryData<string> HostileAnswers =>
    [
        "no question", "another question", "two questions", "another type", "another id", "a question itself", "another operation", "a name that points at itself",
        "a name that points forward", "a name without an end", "a long label", "an endless name", "a record that is cut", "data beyond the end", "more records than there are",
        "an alias whose data goes on", "nothing",
    ];

    [Theory]
    [MemberData(nameof(HostileAnswers))]
    public void A_hostile_answer_is_none(string kind)
    {
        DnsQuery query = DnsMessages.Query();
        byte[] good = DnsMessages.Answer(query.Bytes.Span, DnsMessages.Response, DnsMessages.Record(DnsQuery.SshfpType, Fingerprint));
        Assert.True(DnsAnswer.TryRead(good, query, out _));
        byte self = (byte)query.Bytes.Length;
        byte[] bad = kind switch
        {
            "no question" => With(good, 5, 0),
            "another question" => With(good, DnsAnswer.HeaderLength + 1, (byte)'g'),
            "two questions" => With(good, 5, 2),
            "another type" => With(good, query.Bytes.Length - 3, 1),
            "another id" => With(good, 0, 0x13),
            "a question itself" => With(good, 2, 0x01),
            "another operation" => With(good, 2, 0x89),
            "a name that points at itself" => Answer(DnsMessages.Record([0xc0, self], DnsQuery.SshfpType, Fingerprint)),
            "a name that points forward" => Answer(DnsMessages.Record([0xc0, (byte)(self + 12)], DnsQuery.SshfpType, Fingerprint)),
            "a name without an end" => Answer([5, 1, 2, 3]),
            "a long label" => Answer(DnsMessages.Record([64, .. new byte[64], 0], DnsQuery.SshfpType, Fingerprint)),
            "an endless name" => Answer(DnsMessages.Record([.. Enumerable.Repeat<byte[]>([1, 97], 128).SelectMany(each => each), 0], DnsQuery.SshfpType, Fingerprint)),
            "a record that is cut" => good[..^1],
            "data beyond the end" => With(good, good.Length - Fingerprint.Length - 1, 200),
            "more records than there are" => With(good, 7, 2),
            "an alias whose data goes on" => Answer(DnsMessages.Record(DnsQuery.CnameType, [.. DnsMessages.Name("a"), 7])),
            _ => [],
        };
        Assert.False(DnsAnswer.TryRead(bad, query, out _));

        byte[] Answer(byte[] record) => DnsMessages.Answer(query.Bytes.Span, DnsMessages.Response, record);
    }

    [Fact]
    public void Every_beginning_of_an_answer_is_none_and_does_no_harm()
    {
        DnsQuery query = DnsMessages.Query();
        byte[] good = DnsMessages.Answer(query.Bytes.Span, DnsMessages.Response, DnsMessages.Record(DnsQuery.CnameType, DnsMessages.Name("a")), DnsMessages.Record(DnsQuery.SshfpType, Fingerprint));
        for (int length = 0; length < good.Length; length++) Assert.False(DnsAnswer.TryRead(good.AsSpan(0, length), query, out _));
    }

    [Fact]
    public void A_fingerprint_without_its_numbers_is_passed_over_and_an_empty_one_is_kept()
    {
        Assert.Empty(Read(DnsMessages.Response, DnsMessages.Record(DnsQuery.SshfpType, 4)).Records);
        SshfpRecord record = Assert.Single(Read(DnsMessages.Response, DnsMessages.Record(DnsQuery.SshfpType, 4, 2)).Records);
        Assert.True(record.Fingerprint.IsEmpty);
    }

    private static DnsAnswer Read(int flags, params byte[][] records)
    {
        DnsQuery query = DnsMessages.Query();
        Assert.True(DnsAnswer.TryRead(DnsMessages.Answer(query.Bytes.Span, (ushort)flags, records), query, out DnsAnswer? answer));
        return answer;
    }

    private static byte[] With(byte[] message, int index, byte value)
    {
        byte[] changed = [.. message];
        changed[index] = value;
        return changed;
    }
}
