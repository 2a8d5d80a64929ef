using System.Text.RegularExpressions;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>Primes for group exchange: ours are found and tested, and OpenSSH's ssh-keygen says the same of them.</summary>
public sealed partial class ModuliTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("-M nonsense @/x", "Unsupported moduli option nonsense")]
    [InlineData("-M generate", "No output file specified")]
    [InlineData("-M screen @/x @/y", "Too many output files specified")]
    [InlineData("-M generate -O bits=511 @/x", "Too few bits: 511 < 512")]
    [InlineData("-M generate -O bits=65537 @/x", "Too many bits: 65537 > 65536")]
    [InlineData("-M generate -O bits=x @/x", "Invalid number: x (invalid)")]
    [InlineData("-M generate -O memory=7 @/x", "Invalid memory amount (min 8, max 127)")]
    [InlineData("-M generate -O memory=128 @/x", "Invalid memory amount (min 8, max 127)")]
    [InlineData("-M generate -O start=xyz @/x", "Invalid start point.")]
    [InlineData("-M generate -O bits=512 -O start=ff @/x", "Invalid start point: for primes of 512 bits it has 511 bits, not 8.")]
    [InlineData("-M generate -O lines=1 @/x", "Option \"lines=1\" is unsupported for moduli generation")]
    [InlineData("-M generate -O bits=512 @/missing/x", "Couldn't open modulus candidate file \"@/missing/x\": No such file or directory")]
    [InlineData("-M screen -O prime-tests=3 @/x", "Minimum primality trials is 4")]
    [InlineData("-M screen -O memory=8 @/x", "Option \"memory=8\" is unsupported for moduli screening")]
    [InlineData("-M screen -O generator=x @/x", "Generator invalid: x (invalid)")]
    [InlineData("-M screen -f @/missing @/x", "Couldn't open modulus candidate file \"@/missing\": No such file or directory")]
    [InlineData("-M screen -f /dev/null @/missing/x", "Couldn't open moduli file \"@/missing/x\": No such file or directory")]
    public void What_cannot_be_done_is_said(string command, string message)
    {
        KeygenRun refused = KeygenRun.Ours("", Words(command)).Ends(255);
        Assert.Equal(message.Replace("@", _directory.Path, StringComparison.Ordinal) + "\r\n", refused.Error);
    }

    [Fact]
    public void Screening_goes_on_where_a_checkpoint_says_and_ends_after_as_many_lines()
    {
        string candidates = string.Concat(Enumerable.Repeat(Line(), 4));
        _directory.Write("candidates", "# comment\n" + candidates);
        Assert.Equal(4, Screen("-f @/candidates"));
        Assert.Equal(2, Screen("-f @/candidates -O lines=3"));
        Assert.Equal(1, Screen("-f @/candidates -O start-line=4"));
        _directory.Write("checkpoint", "3\n");
        Assert.Equal(2, Screen("-f @/candidates -O checkpoint=@/checkpoint"));
        Assert.False(File.Exists(_directory["checkpoint"]));
        Assert.Equal(4, Screen("-", candidates));
        KeygenRun printed = KeygenRun.Ours(candidates, "-M", "screen", "-O", "prime-tests=4", "-").Ends();
        Assert.Equal(4, printed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void What_is_no_safe_prime_of_a_kind_that_is_wanted_is_left_out()
    {
        string line = Line();
        Assert.Equal(1, Screen("-", line));
        Assert.Equal(1, Screen("-O generator=2", line));
        Assert.Equal(0, Screen("-O generator=5", line));
        Assert.Equal(0, Screen("-", line.Replace(" 2 6 100 2047 2 ", " 2 7 100 2047 2 ", StringComparison.Ordinal)));
        Assert.Equal(0, Screen("-", line.Replace(" 2047 ", " 2046 ", StringComparison.Ordinal)));
        Assert.Equal(0, Screen("-", line.Replace("F\n", "D\n", StringComparison.Ordinal)));
        Assert.Equal(0, Screen("-", "20160301052556 2 6 100 7 2 B3\n!20160301052556\n20160301052556 9 6 100 2047 2 ZZ\n\n"));
        KeygenRun tooLong = KeygenRun.Ours(new string('1', 20_000), "-M", "screen", _directory["out"]).Ends(255);
        Assert.StartsWith("A line has more than ", tooLong.Error, StringComparison.Ordinal);
        KeygenRun told = KeygenRun.Ours("short\n" + line, "-vv", "-M", "screen", "-O", "prime-tests=4", _directory["out"]).Ends();
        Assert.Contains("debug2:          1: comment or short line\r\ndebug1:          2: p and q are almost certainly prime\r\n", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Interop")]
    [Trait("Category", "Slow")]
    public async Task Candidates_are_found_and_both_find_the_same_primes_among_them()
    {
        KeygenRun made = KeygenRun.Ours("", "-M", "generate", "-O", "bits=512", _directory["candidates"]).Ends();
        Assert.Matches(@"Sieve next \d+ plus 511-bit\r\n.* Sieved with \d+ small primes in \d+ seconds\r\n.* Found \d+ candidates\r\n$", made.Error);
        int lines = File.ReadLines(_directory["candidates"]).Count();
        Assert.True(lines > 100, $"{lines} candidates");
        Assert.All(File.ReadLines(_directory["candidates"]).Take(50), line => Assert.Matches(@"^\d{14} 4 2 \d+ 510 0 [0-9A-F]{128}$", line));
        string[] screen = ["-M", "screen", "-O", "lines=400", "-O", "prime-tests=10", "-f", _directory["candidates"]];
        KeygenRun.Ours("", [.. screen, _directory["ours"]]).Ends();
        (await KeygenRun.StockAsync("", [.. screen, _directory["theirs"]])).Ends();
        Assert.Equal(Untimed("theirs"), Untimed("ours"));
        await KeygenRun.StockAsync("", "-M", "screen", "-f", "/usr/lib/openssh/regress/moduli.in", _directory["theirs"]);
        KeygenRun.Ours("", "-M", "screen", "-f", "/usr/lib/openssh/regress/moduli.in", _directory["ours"]).Ends();
        Assert.Equal(Untimed("theirs"), Untimed("ours"));
        Assert.NotEmpty(Untimed("ours"));
        Assert.True(ModuliFile.Parse(File.ReadAllText(_directory["ours"]), Nacre.Crypto.SystemRandom.Instance).Count > 0);
    }

    /// <summary>The prime of RFC 3526 3, as OpenSSH would have it in its file.</summary>
    private static string Line() =>
        $"20160301052556 2 6 100 2047 2 {Convert.ToHexString(FiniteFieldGroup.Group14.Prime.Span)}\n";

    [GeneratedRegex(@"^\d{14} ", RegexOptions.Multiline)]
    private static partial Regex Time();

    private string Untimed(string name) => Time().Replace(File.ReadAllText(_directory[name]), "");

    private int Screen(string options, string input = "")
    {
        File.Delete(_directory["out"]);
        KeygenRun.Ours(input, Words($"-M screen -O prime-tests=4 {(options == "-" ? "-f -" : options)} @/out")).Ends();
        return File.ReadLines(_directory["out"]).Count();
    }

    private string[] Words(string command) => command.Replace("@", _directory.Path, StringComparison.Ordinal).Split(' ');
}
