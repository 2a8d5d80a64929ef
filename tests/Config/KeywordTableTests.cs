using Nacre.Config;

namespace Nacre.Tests.Config;

public class KeywordTableTests
{
    private static readonly KeywordTable[] Tables = [ClientKeywords.Table, ServerKeywords.Table];

    [Fact]
    public void Every_live_keyword_has_its_line_in_the_manual()
    {
        foreach (KeywordTable table in Tables)
        {
            string manual = Manual.Write(table);
            foreach (Keyword keyword in table.All)
            {
                bool isLive = keyword.Status is KeywordStatus.Live or KeywordStatus.Structural;
                Assert.Equal(isLive || keyword is not BareKeyword, keyword.Manual.Length > 0);
                Assert.Equal(isLive, manual.Contains($"\n{keyword.Name} {keyword.Syntax}\n    {keyword.Manual}\n", StringComparison.Ordinal)
                    || manual.StartsWith($"{keyword.Name} ", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void The_manual_tells_names_expansions_and_defaults()
    {
        string manual = Manual.Write(ClientKeywords.Table);
        Assert.Contains("""
            IdentityFile file
                A private key to try; lines add to each other.
                Older names: IdentityFile2.
                Expands: ~, ${NAME}, %% %C %L %d %h %i %j %k %l %n %p %r %u.
                Default: ~/.ssh/id_rsa ~/.ssh/id_ecdsa ~/.ssh/id_ecdsa_sk ~/.ssh/id_ed25519 ~/.ssh/id_ed25519_sk.

            """, manual, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_keyword_that_is_dumped_is_read_back_as_the_same_value()
    {
        string client = string.Join('\n', ConfigBed.GoodClient("").Dump().Skip(1));
        Assert.Equal(ConfigBed.GoodClient("").Dump(), ConfigBed.GoodClient(client).Dump());
        string server = string.Join('\n', ConfigBed.GoodServer("").Dump());
        Assert.Equal(ConfigBed.GoodServer("").Dump(), ConfigBed.GoodServer(server).Dump());
    }

    [Fact]
    public void Every_live_keyword_without_an_argument_is_an_error()
    {
        foreach (Keyword keyword in ClientKeywords.Table.All.Where(k => k.Status == KeywordStatus.Live))
            Assert.Contains($"no argument after keyword \"{keyword.LowerName}\"", ConfigBed.ClientComplaints(keyword.Name)[0], StringComparison.Ordinal);
        foreach (Keyword keyword in ServerKeywords.Table.All.Where(k => k.Status == KeywordStatus.Live))
            Assert.Contains($"no argument after keyword \"{keyword.Name}\"", ConfigBed.ServerComplaints(keyword.Name)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_live_keyword_refuses_an_empty_argument()
    {
        foreach (Keyword keyword in ClientKeywords.Table.All.Where(k => k.Status == KeywordStatus.Live && !k.Syntax.Contains("command", StringComparison.Ordinal) && k != ClientKeywords.VersionAddendum))
            Assert.NotEmpty(ConfigBed.ClientComplaints($"{keyword.Name} \"\""));
        foreach (Keyword keyword in ServerKeywords.Table.All.Where(k => k.Status == KeywordStatus.Live && k != ServerKeywords.VersionAddendum && k != ServerKeywords.ForceCommand))
            Assert.NotEmpty(ConfigBed.ServerComplaints($"{keyword.Name} \"\""));
    }

    [Fact]
    public void Names_are_found_in_any_case_and_by_their_older_forms()
    {
        Assert.True(ClientKeywords.Table.TryFind("hOSTNAME", out Keyword? keyword));
        Assert.Same(ClientKeywords.Hostname, keyword);
        Assert.True(ServerKeywords.Table.TryFind("ChallengeResponseAuthentication", out keyword));
        Assert.Same(ServerKeywords.KbdInteractiveAuthentication, keyword);
        Assert.False(ServerKeywords.Table.TryFind("Host", out _));
    }
}
