using System.Text.RegularExpressions;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>Our ssh-keygen and OpenSSH's make revocation lists of the same things: the lists say the same, and each reads the other's.</summary>
[Trait("Category", "Interop")]
public sealed partial class RevocationInteropTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    /// <summary>Flags, a bar, and the lines of a specification with bars between them. KEY, CERT, PLAIN and PRINT stand for a key, a certificate, one without a number, and a fingerprint.</summary>
    public static TheoryData<string> Commands =>
    [
        "-z 7|KEY", "|CERT|PLAIN", "-s ca.pub|serial: 1-4|  serial: 10   # x|SERIAL:0x20-0x30|serial: 010|id: some id|id:   spaced  id  |key: KEY|sha1: KEY|sha256: KEY|hash: PRINT", "-s none -C a#b|serial: 5|id: x",
        "-s ca|serial: 1-4|serial: 500-600|serial: 499|serial: 601|serial: 599-701|serial: 703|serial: 10000-20000", "-s ca.pub|serial: 18446744073709551615|serial: 18446744073709551000-18446744073709551600", "-s ca.pub|id:|", "|key: CERT|sha1: CERT|sha256: CERT",
        "|serial: 1", "|id: x", "-s ca.pub|serial:", "-s ca.pub|serial: 5-3", "-s ca.pub|serial: 5-5", "-s ca.pub|serial: 5x", "-s ca.pub|serial: 5-6x", "-s ca.pub|serial: 99999999999999999999", "-s ca.pub|serial: 5-99999999999999999999", "|hash: MD5:aa", "|hash: SHA256:!!!", "-s missing|KEY", "-z x|KEY", "-z +5|KEY", "-q|KEY",
    ];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Both_make_the_same_list_of_the_same_lines(string command)
    {
        await PrepareAsync();
        string[] parts = command.Split('|');
        string specification = _directory.Write("in", await FillAsync(string.Join('\n', parts[1..])) + "\n");
        string[] flags = [.. parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word is "ca" or "ca.pub" or "missing" ? _directory[word] : word)];

        // A failing run of OpenSSH's loses what it has printed.
        KeygenRun stock = await KeygenRun.StockAsync("", ["-k", "-f", _directory["stock"], .. flags, specification]), ours = KeygenRun.Ours("", ["-k", "-f", _directory["ours"], .. flags, specification]);
        Assert.Equal(stock, stock.Status == 0 ? ours : ours with { Output = "" });
        Assert.Equal(stock.Status == 0, File.Exists(_directory["ours"]));
        if (stock.Status == 0) await AssertSameAsync();
    }

    [Fact]
    public async Task Each_updates_and_asks_the_list_of_the_other()
    {
        await PrepareAsync();
        string key = _directory["key.pub"], certificate = _directory["cert-cert.pub"], specification = _directory.Write("in", await FillAsync("serial: 3\nkey: KEY\n"));
        (await KeygenRun.StockAsync("", "-k", "-q", "-f", _directory["stock"], "-z", "4", "-C", "c", certificate)).Ends();
        KeygenRun.Ours("", "-k", "-q", "-f", _directory["ours"], "-z", "4", "-C", "c", certificate).Ends();
        KeygenRun.Ours("", "-k", "-q", "-u", "-f", _directory["stock"], "-s", _directory["ca"], specification).Ends();
        (await KeygenRun.StockAsync("", "-k", "-q", "-u", "-f", _directory["ours"], "-s", _directory["ca.pub"], specification)).Ends();
        await AssertSameAsync();
        foreach (string[] args in (string[][])[["-Q", "-f", _directory["ours"], certificate, key, _directory["ca.pub"]], ["-Q", "-f", _directory["ours"], _directory["ca.pub"]], ["-Q", "-f", _directory["ours"]], ["-Q", "-f", _directory["ours"], _directory["missing"]], ["-Q", "-f", _directory["missing"], key], ["-Q", "-f", key, key], ["-Q"], ["-k"], ["-k", "-u", "-f", _directory["missing"], key], ["-k", "-f", _directory["made"], _directory["missing"]]])
        {
            Assert.Equal(await KeygenRun.StockAsync("", args), KeygenRun.Ours("", args));
        }
    }

    /// <summary>OpenSSH makes bitmaps that are longer than it reads; ours are not.</summary>
    [Fact]
    public async Task Numbers_in_any_pattern_are_read_by_both()
    {
        await PrepareAsync();
        var random = new Random(44);
        var lines = new List<string>();
        for (int i = 1; i < 40_000; i += 2) lines.Add($"serial: {i}");
        for (int i = 0; i < 2000; i++) lines.Add($"serial: {100_000 + (random.NextInt64(1 << 20) * random.Next(1, 4000))}");
        for (int i = 0; i < 300; i++) lines.Add($"serial: {1ul << 40}{i}-{1ul << 40}{i + random.Next(1, 5)}");
        KeygenRun.Ours("", "-k", "-q", "-f", _directory["ours"], "-s", _directory["ca"], _directory.Write("in", string.Join('\n', lines))).Ends();
        Assert.Equal((await KeygenRun.StockAsync("", "-Q", "-l", "-f", _directory["ours"])).Ends(), KeygenRun.Ours("", "-Q", "-l", "-f", _directory["ours"]));
    }

    [GeneratedRegex("(?m)^# Generated at .*$")]
    private static partial Regex Time { get; }

    private async Task PrepareAsync()
    {
        foreach ((string name, string key) in ((string, string)[])[("ca", await StockKeys.HostAsync("ed25519")), ("key", await StockKeys.UserAsync("rsa-2048")), ("cert", await StockKeys.UserAsync("ed25519")), ("plain", await StockKeys.UserAsync("ecdsa-256"))])
        {
            File.Copy(key, _directory[name], overwrite: true);
            File.SetUnixFileMode(_directory[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Copy(key + ".pub", _directory[name + ".pub"], overwrite: true);
        }

        KeygenRun.Ours("", "-q", "-s", _directory["ca"], "-I", "numbered", "-n", "me", "-z", "77", _directory["cert"]).Ends();
        KeygenRun.Ours("", "-q", "-s", _directory["ca"], "-I", "not numbered", "-n", "me", _directory["plain"]).Ends();
    }

    private async Task<string> FillAsync(string text)
    {
        string print = (await KeygenRun.StockAsync("", "-l", "-f", _directory["key.pub"])).Output.Split(' ')[1];
        return text.Replace("KEY", Read("key.pub"), StringComparison.Ordinal).Replace("CERT", Read("cert-cert.pub"), StringComparison.Ordinal).Replace("PLAIN", Read("plain-cert.pub"), StringComparison.Ordinal).Replace("PRINT", print, StringComparison.Ordinal);

        string Read(string name) => File.ReadAllText(_directory[name]).TrimEnd('\n');
    }

    /// <summary>Either shows either list in the same way, and the lists say the same but for the time when they were made.</summary>
    private async Task AssertSameAsync()
    {
        KeygenRun theirs = (await KeygenRun.StockAsync("", "-Q", "-l", "-f", _directory["ours"])).Ends();
        Assert.Equal(theirs, KeygenRun.Ours("", "-Q", "-l", "-f", _directory["ours"]));
        KeygenRun ofTheirs = KeygenRun.Ours("", "-Q", "-l", "-f", _directory["stock"]).Ends();
        Assert.Equal(Time.Replace(theirs.Output, ""), Time.Replace(ofTheirs.Output, ""));
        Assert.Equal(await KeygenRun.StockAsync("", "-Q", "-l", "-f", _directory["stock"]), ofTheirs);
        Assert.True(new FileInfo(_directory["ours"]).Length <= new FileInfo(_directory["stock"]).Length);
    }
}
