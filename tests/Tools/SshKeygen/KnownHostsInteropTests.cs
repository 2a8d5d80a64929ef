using System.Text.RegularExpressions;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>known_hosts files searched and edited by our ssh-keygen and by OpenSSH's: they say the same, end the same and leave the same file.</summary>
[Trait("Category", "Interop")]
public sealed partial class KnownHostsInteropTests : IAsyncLifetime, IDisposable
{
    private const string Hashed = "|1|MDEyMzQ1Njc4OTAxMjM0NTY3ODk=|AAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Commands
    {
        get
        {
            var rows = new TheoryData<string>();
            foreach (string file in (string[])["good", "bad", "hashed", "ends"])
            {
                foreach (string flags in (string[])[
                    "-F plain", "-F PLAIN", "-qF plain", "-F list2", "-F nobody", "-qF nobody", "-F wild.example", "-F but.wild.example", "-F [plain]:2222", "-F [list1]:22", "-lF plain", "-lvF plain",
                    "-l -E md5 -F plain", "-BlF plain", "-BF plain", "-F 10.0.0.7", "-F revoked", "-F authority", "-HF list1", "-HF wild.example", "-HF authority", "-F comment",
                    "-R plain", "-R Plain", "-qR plain", "-R nobody", "-R list1", "-R wild.example", "-R authority", "-R revoked", "-R [plain]:2222", "-vR plain", "-H", "-qH"])
                {
                    // OpenSSH finds a hashed name only in lower case, and with -v tells of lines that ours leaves out.
                    bool isOtherwise = (file == "hashed" && flags.Contains('P', StringComparison.Ordinal)) || (file == "bad" && flags.Contains('v', StringComparison.Ordinal));
                    if (!isOtherwise) rows.Add($"{flags} -f {file}");
                }
            }

            rows.Add("-F x -f missing");
            rows.Add("-R x -f missing");
            rows.Add("-H -f missing");
            rows.Add("-F x -f empty");
            rows.Add("-R x -f empty");
            return rows;
        }
    }

    public async ValueTask InitializeAsync()
    {
        string[] keys = new string[3];
        string[] types = ["ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"];
        for (int i = 0; i < types.Length; i++)
        {
            (await KeygenRun.StockAsync("", "-q", "-t", types[i], "-N", "", "-C", "the comment", "-f", _directory[types[i]])).Ends();
            keys[i] = File.ReadAllText(_directory[types[i] + ".pub"]).TrimEnd();
        }

        string bare = keys[0][..keys[0].LastIndexOf(" the", StringComparison.Ordinal)];
        string good = $"# comment\n\nplain {keys[0]}\nPlain,10.0.0.7 {bare}\n  \tlist1,List2\t{keys[1]}\n@cert-authority authority,plain {keys[2]}\n@revoked revoked,plain {keys[1]}\n"
            + $"*.example,!but.wild.example {keys[2]}\n[plain]:2222 {keys[1]}\n{Hashed} {keys[0]}\nold ssh-dss AAAAB3NzaC1kc3MAAACBAA== plain\n#plain {keys[0]}\n";
        _directory.Write("good", good);
        _directory.Write("ends", good + $"last {keys[0]}");
        _directory.Write("empty", "");
        string invalid = "plain\nplain 1024 37 1234\n@nonsense plain " + keys[0] + "\n|1|x|y " + keys[0] + "\nplain ssh-ed25519\nplain ssh-ed25519 # no\nplain ssh-ed25519 AAAA\nplain ssh-nonsense AAAA\n";
        _directory.Write("bad", $"plain {keys[0]}\n{invalid}plain {keys[1]}\n");
        _directory.Write("hashed", good);
        (await KeygenRun.StockAsync("", "-H", "-f", _directory["hashed"])).Ends();
        File.Delete(_directory["hashed.old"]);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Both_find_remove_and_hide_the_same()
    {
        var differences = new List<string>();
        foreach (string command in Commands.Select(row => (string)row.Data))
        {
            string[] args = command.Split(' ');
            string file = _directory[args[^1]];
            args[^1] = file;
            string? before = File.Exists(file) ? File.ReadAllText(file) : null;
            string stock = Shape(await KeygenRun.StockAsync("", args), file, before);
            string ours = Shape(KeygenRun.Ours("", args), file, before);
            if (stock != ours) differences.Add($"ssh-keygen {command}\n--- OpenSSH's\n{stock}\n--- ours\n{ours}");
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    /// <summary>All that came of a run, with nothing in it that chance makes; the file is what it was again.</summary>
    private string Shape(KeygenRun run, string file, string? before)
    {
        string after = File.Exists(file) ? File.ReadAllText(file) : "(none)";
        string old = File.Exists(file + ".old") ? File.ReadAllText(file + ".old") : "(none)";
        File.Delete(file + ".old");
        if (before is not null) File.WriteAllText(file, before);
        Assert.DoesNotContain(Directory.GetFiles(_directory.Path), name => name.Contains($"{Path.GetFileName(file)}.", StringComparison.Ordinal) && !name.EndsWith(".pub", StringComparison.Ordinal));

        // Whoever has nothing to hide is told so by OpenSSH, which writes the file all the same.
        bool isSame = after == before;
        string text = $"{run.Status}\n{run.Output}\n{run.Error}\n{after}\n{(isSame ? "" : old)}";
        return SaltedName().Replace(isSame ? text.Replace($"{file} updated.\nOriginal contents retained as {file}.old\n", "", StringComparison.Ordinal) : text, match => before is not null && before.Contains(match.Value, StringComparison.Ordinal) ? match.Value : "|1|");
    }

    [GeneratedRegex(@"\|1\|[A-Za-z0-9+/=]+\|[A-Za-z0-9+/=]+")]
    private static partial Regex SaltedName();
}
