using System.Globalization;
using Nacre.Client;
using Nacre.Fuzz;
using Nacre.Protocol.Keys;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Client;

/// <summary>Generated files are read as OpenSSH's ssh-keygen reads them (A-21).</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class KnownHostsStockTests
{
    private static readonly string[] Hosts = ["a.example", "b.example", "[a.example]:2222", "::1", "[::1]:2222", "10.0.0.1"];

    private static readonly string[] Names =
    [
        "a.example", "A.Example", "b.example", "*.example", "?.example", "!b.example,*.example", "*.example,!a.example", "a.example,b.example", "*", "!*",
        "[a.example]:2222", "[*]:2222", "[a.example]:*", "::1", "[::1]:2222", "[*", "10.0.0.?", "10.0.0.*,!10.0.0.1", "a.exampl", "", ",", "a.example,", "!", "|1|x|y",
        "|1|", "|2|AAAA|BBBB", "a*a*a*a*b", "**", "a.example\u00a0",
    ];

    [Fact]
    public async Task Five_hundred_generated_files_are_read_alike_A21()
    {
        using var directory = new TemporaryDirectory();
        int found = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 500), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, async (i, _) =>
        {
            var dice = new Dice((ulong)i + 1);
            string text = string.Concat(Enumerable.Range(0, 1 + dice.Below(12)).Select(_ => Line(dice)));
            string host = Hosts[dice.Below(Hosts.Length)];
            string file = directory.Write(i.ToString(CultureInfo.InvariantCulture), text);
            RunResult run = await Run.CleanAsync("ssh-keygen", ["-l", "-F", host, "-f", file]);

            Assert.True(StockLines(run.Output).SequenceEqual(OurLines(text, host)), $"""
                {host} in
                {text}
                ssh-keygen:
                {run.Output}
                ours:
                {string.Join('\n', OurLines(text, host))}
                """);
            Interlocked.Add(ref found, OurLines(text, host).Count());
        });
        Assert.True(found > 250, $"Only {found} lines were found, so little was compared.");
    }

    [Fact]
    public async Task A_line_that_we_hash_is_found_by_ssh_keygen_and_the_other_way_round()
    {
        using var directory = new TemporaryDirectory();
        await KnownHosts.AddAsync(directory["ours"], "a.example", 2222, HostKeys.Ed25519, isHashed: true, TestContext.Current.CancellationToken);
        (await Run.CleanAsync("ssh-keygen", ["-F", "[a.example]:2222", "-f", directory["ours"]])).Ends();

        directory.Write("theirs", $"a.example,10.0.0.1 {HostKeys.Rsa}\n");
        (await Run.CleanAsync("ssh-keygen", ["-H", "-f", directory["theirs"]])).Ends();
        KnownHosts known = KnownHosts.Load(directory["theirs"]);
        Assert.True(Assert.Single(known.Find("a.example")).IsHashed);
        Assert.Single(known.Find("10.0.0.1"));
    }

    // A tab after a marker is left out: ssh-keygen takes such a line for none, and we take it for what it says.
    private static string Line(Dice dice)
    {
        PublicKey key = HostKeys.All[dice.Below(HostKeys.All.Length)];
        string names = dice.Below(5) == 0 ? KnownHostName.Hash(Hosts[dice.Below(Hosts.Length)]) : Names[dice.Below(Names.Length)];
        string marker = dice.Below(4) != 0 ? "" : Pick("@revoked ", "@cert-authority ", "@cert-authority  ", "@Revoked ", "@foo ", "@revoked @cert-authority ", "@ ", "@revoked");
        string blob = Convert.ToBase64String(key.Blob.Span);
        string value = dice.Below(4) != 0
            ? key.ToString()
            : Pick($"{key.Type}\t{blob}", $"{key.Type}  {blob} a comment", $"ssh-rsa {blob}", key.Type, $"{key.Type} {blob[..^8]}", $"{key.Type} ", blob, "# x", $"{key.Type} {blob}\r");
        string gap = Pick(" ", " ", " ", "\t", "  ", " \t ");
        string lead = Pick("", "", "", " ", "\t");
        string end = dice.Below(30) == 0 ? "\n# comment\n\n" : "\n";
        return dice.Below(25) == 0 ? "#" + names + "\n" : lead + marker + names + gap + value + end;

        string Pick(params string[] choices) => choices[dice.Below(choices.Length)];
    }

    private static IEnumerable<string> OurLines(string text, string host)
    {
        // Find takes a host and a port; these names have theirs already.
        foreach (KnownHostsEntry entry in KnownHosts.Parse(text).Find(host, port: 0))
        {
            string marker = entry.Marker switch
            {
                KnownHostsMarker.CertAuthority => "CA",
                KnownHostsMarker.Revoked => "REVOKED",
                _ => "",
            };
            yield return $"{entry.Line} {marker} {entry.Key.Fingerprint}";
        }
    }

    private static IEnumerable<string> StockLines(string output)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i + 1 < lines.Length; i += 2)
        {
            string[] head = lines[i].Split("found: line ")[1].Split(' ');
            yield return $"{head[0]} {head[1]} {lines[i + 1].Split(' ')[2]}";
        }
    }
}
