using System.Net;
using Nacre.Config.Values;
using Nacre.Tests.Config;
using Nacre.Tools.Sshd.Admission;

namespace Nacre.Tests.Tools.Sshd.Admission;

/// <summary>PerSourcePenalties: who misbehaves is refused for a time.</summary>
public sealed class SourcePenaltyTests
{
    private static readonly IPAddress Bad = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress Good = IPAddress.Parse("10.0.0.2");

    [Theory]
    [InlineData(nameof(Misconduct.Crash), 20, "penalty: caused crash")]
    [InlineData(nameof(Misconduct.FailedAuthentication), 21, "penalty: failed authentication")]
    [InlineData(nameof(Misconduct.NoAuthentication), 22, "penalty: connections without attempting authentication")]
    [InlineData(nameof(Misconduct.InvalidUser), 23, "penalty: attempted authentication by invalid user")]
    [InlineData(nameof(Misconduct.GraceExceeded), 24, "penalty: exceeded LoginGraceTime")]
    [InlineData(nameof(Misconduct.Refused), 25, "penalty: connection prohibited by RefuseConnection")]
    public void Each_misconduct_costs_its_own_time_L07(string misconduct, int seconds, string reason)
    {
        using var bed = new AdmissionBed("PerSourcePenalties crash:20 authfail:21 noauth:22 invaliduser:23 grace-exceeded:24 refuseconnection:25 min:1\n");
        bed.Misbehave(Bad, Enum.Parse<Misconduct>(misconduct));

        Assert.False(bed.IsAdmitted(Bad));
        Assert.True(bed.IsAdmitted(Good));
        bed.Pass(seconds - 0.5);
        Assert.False(bed.IsAdmitted(Bad));
        bed.Pass(1);
        Assert.True(bed.IsAdmitted(Bad));
        Assert.Contains($"srclimit_penalise: ipv4: new 10.0.0.1/32 active penalty of {seconds}.000 seconds for {reason}\r\n", bed.Log, StringComparison.Ordinal);
        Assert.Contains($"drop connection #0 from [10.0.0.1]:40000 on [192.0.2.1]:22 {reason}\r\n", bed.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Penalties_add_up_until_they_refuse_and_decay_with_time_L07()
    {
        using var bed = new AdmissionBed("");
        for (int i = 0; i < 4; i++)
        {
            bed.Misbehave(Bad);
            Assert.Equal(i < 3, bed.IsAdmitted(Bad));
        }

        Assert.Contains("srclimit_penalise: 10.0.0.1/32: activating ipv4 penalty of 20.000 seconds for penalty: failed authentication\r\n", bed.Log, StringComparison.Ordinal);
        bed.Pass(19);
        Assert.False(bed.IsAdmitted(Bad));
        bed.Pass(2);
        Assert.True(bed.IsAdmitted(Bad));
        Assert.Equal(0, bed.Doorkeeper.PenaltyCount);
    }

    [Fact]
    public void Seldom_failures_never_refuse_anybody()
    {
        using var bed = new AdmissionBed("");
        for (int i = 0; i < 100; i++)
        {
            bed.Misbehave(Bad);
            bed.Pass(5);
        }

        Assert.True(bed.IsAdmitted(Bad));
    }

    [Fact]
    public void No_penalty_lasts_longer_than_the_most()
    {
        using var bed = new AdmissionBed("MaxStartups 200\n");
        Startup[] together = [.. Enumerable.Range(0, 100).Select(_ => bed.Admit(Bad)!)];
        foreach (Startup startup in together)
        {
            startup.OnCrashed();
            startup.Dispose();
        }

        bed.Pass(599);
        Assert.False(bed.IsAdmitted(Bad));
        bed.Pass(2);
        Assert.True(bed.IsAdmitted(Bad));
    }

    [Fact]
    public void Who_logs_in_pays_nothing_for_the_attempts_before_or_the_end_after()
    {
        using var bed = new AdmissionBed("PerSourcePenalties authfail:1h noauth:1h min:1\n");
        Startup startup = bed.Admit(Bad)!;
        startup.OnTried();
        startup.LogIn();
        startup.OnCrashed();
        startup.Dispose();
        Assert.True(bed.IsAdmitted(Bad));
        Assert.Equal(0, bed.Doorkeeper.PenaltyCount);
    }

    [Fact]
    public void A_penalty_is_the_whole_networks_where_that_is_the_source()
    {
        using var bed = new AdmissionBed("PerSourceNetBlockSize 24\nPerSourcePenalties authfail:1m min:1\n");
        bed.Misbehave(Bad);
        Assert.False(bed.IsAdmitted(Good));
        Assert.False(bed.IsAdmitted(IPAddress.Parse("::ffff:10.0.0.77")));
        Assert.True(bed.IsAdmitted(IPAddress.Parse("10.0.1.1")));
    }

    [Theory]
    [InlineData("10.0.0.0/24")]
    [InlineData("192.0.2.0/24,10.0.0.1")]
    public void Who_is_exempt_pays_nothing(string list)
    {
        using var bed = new AdmissionBed($"PerSourcePenaltyExemptList {list}\nPerSourcePenalties authfail:1m min:1\n");
        bed.Misbehave(Bad);
        Assert.True(bed.IsAdmitted(Bad));
        Assert.True(bed.IsAdmitted(IPAddress.Parse("::ffff:10.0.0.1")));
        bed.Misbehave(IPAddress.Parse("203.0.113.1"));
        Assert.False(bed.IsAdmitted(IPAddress.Parse("203.0.113.1")));
    }

    [Fact]
    public void Where_there_are_no_penalties_nothing_is_kept()
    {
        using var bed = new AdmissionBed("PerSourcePenalties no\n");
        for (int i = 0; i < 50; i++) bed.Misbehave(Bad, Misconduct.Crash);
        Assert.Equal(0, bed.Doorkeeper.PenaltyCount);
    }

    [Fact]
    public void Penalties_outlast_a_change_of_the_configuration()
    {
        using var bed = new AdmissionBed("PerSourcePenalties authfail:1m min:1\n");
        bed.Misbehave(Bad);
        bed.Doorkeeper.Change(ConfigBed.GoodServer("MaxStartups 50\n"));
        Assert.False(bed.IsAdmitted(Bad));
    }

    [Fact]
    public void When_there_is_no_room_the_penalty_that_would_be_over_first_is_forgotten()
    {
        using var bed = new AdmissionBed("PerSourcePenalties authfail:1m crash:2m min:1 max-sources4:2 max-sources6:1\n");
        bed.Misbehave(AdmissionBed.IPv4(1), Misconduct.Crash);
        bed.Misbehave(AdmissionBed.IPv4(2));
        bed.Pass(1);
        bed.Misbehave(AdmissionBed.IPv4(3));
        bed.Misbehave(AdmissionBed.IPv6(1));

        Assert.Equal([false, true, false, false], new[] { AdmissionBed.IPv4(1), AdmissionBed.IPv4(2), AdmissionBed.IPv4(3), AdmissionBed.IPv6(1) }.Select(bed.IsAdmitted));
        Assert.Equal(3, bed.Doorkeeper.PenaltyCount);
    }

    [Fact]
    public void When_there_is_no_room_all_of_that_kind_are_refused_where_that_is_asked_for()
    {
        using var bed = new AdmissionBed("PerSourcePenalties authfail:1m min:1 max-sources4:1 overflow:deny-all overflow6:permissive\n");
        using Startup late = bed.Admit(AdmissionBed.IPv4(7))!;
        late.OnTried();
        bed.Misbehave(AdmissionBed.IPv4(1));

        Assert.False(bed.IsAdmitted(AdmissionBed.IPv4(2)));
        Assert.Contains("too many penalised addresses", bed.Log, StringComparison.Ordinal);
        Assert.True(bed.IsAdmitted(AdmissionBed.IPv6(2)));
        late.Dispose();
        Assert.Contains("srclimit_penalise: ipv4 penalty table full, cannot penalise 10.0.0.7/32 for penalty: failed authentication", bed.Log, StringComparison.Ordinal);
        bed.Pass(61);
        Assert.True(bed.IsAdmitted(AdmissionBed.IPv4(2)));
        Assert.True(bed.IsAdmitted(AdmissionBed.IPv4(7)));
    }

    [Fact]
    public void No_more_than_65536_sources_of_a_kind_are_kept_and_none_for_longer_than_its_penalty_L07()
    {
        const int most = 65536;
        using var bed = new AdmissionBed("PerSourcePenalties authfail:1m min:1\n", LogLevel.Quiet);
        for (int i = 0; i < most; i++) bed.Misbehave(AdmissionBed.IPv4(i));
        Assert.Equal(most, bed.Doorkeeper.PenaltyCount);
        bed.Pass(1);
        for (int i = most; i < most + 1000; i++) bed.Misbehave(AdmissionBed.IPv4(i));
        Assert.Equal(most, bed.Doorkeeper.PenaltyCount);
        Assert.False(bed.IsAdmitted(AdmissionBed.IPv4(most + 999)));
        for (int i = 0; i < most + 1000; i++) bed.Misbehave(AdmissionBed.IPv6(i));
        Assert.Equal(2 * most, bed.Doorkeeper.PenaltyCount);

        bed.Pass(61);
        Assert.True(bed.IsAdmitted(AdmissionBed.IPv4(1)));
        Assert.True(bed.IsAdmitted(AdmissionBed.IPv6(1)));
        Assert.Equal(0, bed.Doorkeeper.PenaltyCount);
    }
}
