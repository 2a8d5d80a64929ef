using System.Globalization;
using System.Net;
using Nacre.Unix;

namespace Nacre.Tests.Interop;

/// <summary>Logins by the word of a machine, whose host keys ssh-keysign signs with: OpenSSH's client and ours, OpenSSH's server and ours.</summary>
[Trait("Category", "Interop")]
public sealed class HostbasedInteropTests : IAsyncLifetime
{
    private static readonly string LocalName = HostNames.Of(IPAddress.Loopback) ?? Users.HostName;

    private readonly TemporaryDirectory files = new();

    private PrivateEtcSsh EtcSsh => new(files);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: shows programs another /etc/ssh");
        string key = files.Write("ssh_host_ed25519_key", await File.ReadAllTextAsync(await StockKeys.HostAsync("ed25519")));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string shown = files.Write("ssh_host_ed25519_key.pub", await File.ReadAllTextAsync(await StockKeys.HostAsync("ed25519") + ".pub"));
        files.Write("ssh_config", "EnableSSHKeysign yes\n");
        files.Write("ssh_known_hosts", $"{LocalName} {await File.ReadAllTextAsync(shown)}");
        files.Write("shosts.equiv", $"{LocalName} {Users.Current!.Name}\n");
    }

    public ValueTask DisposeAsync()
    {
        files.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(true, true, "UseDNS yes")]
    [InlineData(true, false, "UseDNS yes")]
    [InlineData(false, true, "UseDNS yes")]
    [InlineData(true, true, "HostbasedUsesNameFromPacketOnly yes")]
    [InlineData(true, false, "HostbasedUsesNameFromPacketOnly yes")]
    [InlineData(false, true, "HostbasedUsesNameFromPacketOnly yes")]
    public async Task A_machine_vouches_for_its_user(bool isOurSsh, bool isOurSshd, string naming)
    {
        await using TestSshd sshd = await StartAsync(isOurSshd, naming);
        Assert.Equal($"{TestUser.Name}\n", (await SshAsync(sshd, isOurSsh)).Ends().Output);
        await sshd.SaysAsync($"Accepted hostbased for {TestUser.Name} from 127.0.0.1 port ");
    }

    [Theory]
    [InlineData("ssh_known_hosts")]
    [InlineData("shosts.equiv")]
    public async Task Without_what_the_server_knows_of_it_a_machine_is_not_believed(string file)
    {
        files.Write(file, "");
        await using TestSshd sshd = await StartAsync(isOurs: true, "UseDNS yes");
        foreach (bool isOurSsh in new[] { true, false })
        {
            Assert.Contains($"{sshd.Destination}: Permission denied (hostbased).", (await SshAsync(sshd, isOurSsh)).Ends(255).Error, StringComparison.Ordinal);
        }

        await sshd.SaysAsync($"Failed hostbased for {TestUser.Name} from 127.0.0.1 port ");
        await sshd.SaysAsync($", client user \"{Users.Current!.Name}\", client host \"{LocalName}\"");
    }

    [Fact]
    public async Task A_machine_that_does_not_permit_ssh_keysign_signs_nothing()
    {
        files.Write("ssh_config", "EnableSSHKeysign no\n");
        await using TestSshd sshd = await StartAsync(isOurs: true, "UseDNS yes");
        string error = (await SshAsync(sshd, isOurSsh: true)).Ends(255).Error;
        Assert.Contains("ssh-keysign not enabled in /etc/ssh/ssh_config", error, StringComparison.Ordinal);
        Assert.Contains("ssh_keysign: no reply", error, StringComparison.Ordinal);
        Assert.Contains($"{sshd.Destination}: Permission denied (hostbased).", error, StringComparison.Ordinal);
    }

    private async Task<TestSshd> StartAsync(bool isOurs, string naming)
    {
        string[] settings = ["HostbasedAuthentication yes", "PubkeyAuthentication no", naming];
        return isOurs ? await OurSshd.StartAsync(EtcSsh, settings) : await StockSshd.StartAsync(EtcSsh, settings);
    }

    private Task<RunResult> SshAsync(TestSshd sshd, bool isOurSsh)
    {
        string program = isOurSsh ? Requires.PublishedTool("ssh") : Requires.Program("ssh");
        string[] arguments =
        [
            "-F", "none", "-p", sshd.Port.ToString(CultureInfo.InvariantCulture), "-o", "BatchMode=yes", "-o", "HostbasedAuthentication=yes", "-o", "StrictHostKeyChecking=yes",
            "-o", $"UserKnownHostsFile={sshd.KnownHosts}", sshd.Destination, "id -un",
        ];
        return Run.CleanAsync("unshare", EtcSsh.Arguments(program, arguments));
    }
}
