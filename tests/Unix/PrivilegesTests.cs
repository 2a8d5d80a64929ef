using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class PrivilegesTests
{
    [Fact]
    public async Task Ids_are_dropped_in_every_thread()
    {
        Assert.SkipUnless(Users.IsRoot, "needs root: drops privileges");
        UserAccount nobody = Users.Find("nobody")!;

        (ChildExit exit, string output) = await ChildRole.RunAsync("drop");
        Assert.Equal(0, exit.Status);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string uids = string.Join('\t', Enumerable.Repeat(nobody.Uid, 4));
        string gids = string.Join('\t', Enumerable.Repeat(nobody.Gid, 4));
        Assert.True(lines.Length > 8, output);
        Assert.Equal(
            [$"Uid:\t{uids}", $"Gid:\t{gids}", $"Groups:\t{nobody.Gid}", "CapEff:\t0000000000000000"],
            lines.Select(line => line.TrimEnd()).Distinct());
    }

    [Fact]
    public async Task A_process_that_can_go_back_is_aborted()
    {
        Assert.SkipUnless(Users.IsRoot, "needs root: drops privileges");

        (ChildExit exit, string output) = await ChildRole.RunAsync("drop-badly");
        Assert.Equal(UnixSignal.ABRT, exit.Signal);
        Assert.Contains("Privileges were not dropped: the uid was not taken on.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("survived", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ids_that_mean_unchanged_are_refused()
    {
        Assert.Throws<UnixException>(() => Privileges.DropForGood(uint.MaxValue, 1, []));
        Assert.Throws<UnixException>(() => Privileges.DropForGood(1, uint.MaxValue, []));
    }

    [Fact]
    public async Task A_process_can_be_kept_from_gaining_privileges_and_from_leaving_a_core()
    {
        (ChildExit exit, string output) = await ChildRole.RunAsync("traits");

        Assert.Equal("NoNewPrivs:\t1 dumpable=0 umask=63\n", output);
        Assert.Equal(0, exit.Status);
    }
}
