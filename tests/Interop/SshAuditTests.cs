using System.Text.RegularExpressions;

namespace Nacre.Tests.Interop;

/// <summary>What Debian's ssh-audit says of our sshd.</summary>
/// <remarks>
/// It warns of each name that it does not know. Those below are newer than the version of Debian 12, and harmless: later versions know
/// them and praise them.
/// </remarks>
[Trait("Category", "Interop")]
public sealed partial class SshAuditTests
{
    private static readonly string[] NewerThanItself = ["mlkem768x25519-sha256", "sntrup761x25519-sha512", "kex-strict-s-v00@openssh.com"];

    private static readonly string Profile = Path.Join(Repository.Root, "etc/sshd_hardened.conf");

    [Fact]
    public async Task The_hardened_profile_leaves_nothing_to_remark()
    {
        await using OurSshd server = await OurSshd.StartAsync($"Include {Profile}");
        Assert.Empty(await RemarksAsync(server));
    }

    [Fact]
    public async Task Of_the_defaults_it_remarks_on_NIST_curves_and_on_codes_that_cover_the_plain_text()
    {
        await using OurSshd server = await OurSshd.StartAsync();
        string[] others = [.. (await RemarksAsync(server)).Where(static remark =>
            !remark.Contains("elliptic curves", StringComparison.Ordinal) && !remark.Contains("encrypt-and-MAC mode", StringComparison.Ordinal)
            && !remark.Contains("nistp", StringComparison.Ordinal))];

        // Older clients know this key exchange by no other name.
        Assert.Equal(["sntrup761x25519-sha512@openssh.com [warn] using experimental algorithm"], others);
    }

    [Fact]
    public async Task Our_client_and_OpenSSHs_log_in_to_the_hardened_server()
    {
        // The test's key files are below /tmp, which everybody may write to.
        await using OurSshd server = await OurSshd.StartAsync("StrictModes no", $"Include {Profile}");
        Assert.Equal("in\n", (await server.OurSshAsync("echo in")).Ends().Output);
        Assert.Equal("in\n", (await server.StockSshAsync("echo in")).Ends().Output);
        RunResult old = await server.StockSshAsync("echo in", null, "-o", "KexAlgorithms=curve25519-sha256");
        Assert.Contains("no matching key exchange method found", old.Error, StringComparison.Ordinal);
    }

    private static async Task<List<string>> RemarksAsync(OurSshd server)
    {
        RunResult audit = await Run.Async(Requires.Program("ssh-audit"), ["-n", "-p", $"{server.Port}", "127.0.0.1"]);
        Assert.Contains("ssh-ed25519", audit.Output, StringComparison.Ordinal);
        List<string> remarks = [];
        string name = "";
        foreach (string line in audit.Output.Split('\n'))
        {
            if (Named().Match(line) is { Success: true } named) name = named.Groups[1].Value;
            if (Graded().Match(line) is not { Success: true } graded) continue;
            bool isUnknown = graded.Value.EndsWith("unknown algorithm", StringComparison.Ordinal) && NewerThanItself.Contains(name);
            if (!isUnknown) remarks.Add($"{name} {graded.Value.TrimEnd()}");
        }

        return remarks;
    }

    [GeneratedRegex(@"^\((?:kex|key|enc|mac|gen|cve)\) (\S+)")]
    private static partial Regex Named();

    [GeneratedRegex(@"\[(?:warn|fail)\] .*$")]
    private static partial Regex Graded();
}
