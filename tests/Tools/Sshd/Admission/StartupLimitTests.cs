using System.Net;
using Nacre.Config.Values;
using Nacre.Tests.Config;
using Nacre.Tools.Sshd.Admission;

namespace Nacre.Tests.Tools.Sshd.Admission;

/// <summary>MaxStartups and PerSourceMaxStartups: how many may be there without having logged in.</summary>
public sealed class StartupLimitTests
{
    [Theory]
    [InlineData(9, 0)]
    [InlineData(10, 30)]
    [InlineData(32, 47)]
    [InlineData(55, 65)]
    [InlineData(77, 82)]
    [InlineData(99, 99)]
    [InlineData(100, 100)]
    public void The_share_that_is_turned_away_grows_from_begin_to_full_as_MaxStartups_says_L07(int waiting, int percent)
    {
        const int trials = 4000;
        using var bed = new AdmissionBed("MaxStartups 1000\nPerSourcePenalties no\n", LogLevel.Quiet);
        for (int i = 0; i < waiting; i++) Assert.NotNull(bed.Admit(AdmissionBed.IPv4(i)));
        bed.Doorkeeper.Change(ConfigBed.GoodServer("MaxStartups 10:30:100\nPerSourcePenalties no\n"));

        int turnedAway = Enumerable.Range(0, trials).Count(_ => !bed.IsAdmitted(AdmissionBed.IPv4(5000)));

        Assert.Equal(waiting, bed.Doorkeeper.Waiting);
        Assert.InRange(100.0 * turnedAway / trials, percent - 5, percent + 5);
    }

    [Fact]
    public void Thousands_from_one_source_take_no_more_places_than_one_source_has_A63()
    {
        using var bed = new AdmissionBed("MaxStartups 5000\nPerSourceMaxStartups 10\n", LogLevel.Quiet);

        int fromOne = Enumerable.Range(0, 5000).Count(_ => bed.Admit("10.9.9.9") is not null);
        int fromMany = Enumerable.Range(0, 5000).Count(i => bed.Admit(AdmissionBed.IPv4(i % 400)) is not null);

        Assert.Equal((10, 4000), (fromOne, fromMany));
        Assert.True(bed.IsAdmitted(AdmissionBed.IPv4(450)));
    }

    [Fact]
    public void Places_are_given_back_by_logins_and_by_ends_and_only_once_A63()
    {
        using var bed = new AdmissionBed("MaxStartups 2\nPerSourceMaxStartups 2\nPerSourcePenalties no\n");
        Startup first = bed.Admit("10.0.0.1")!, second = bed.Admit("10.0.0.1")!;
        Assert.Null(bed.Admit("10.0.0.1"));

        first.LogIn();
        first.Dispose();
        first.LogIn();
        Assert.Equal(1, bed.Doorkeeper.Waiting);
        Assert.NotNull(bed.Admit("10.0.0.1"));
        Assert.Null(bed.Admit("10.0.0.1"));

        second.Dispose();
        Assert.NotNull(bed.Admit("10.0.0.1"));
    }

    [Fact]
    public void A_network_may_be_one_source()
    {
        using var bed = new AdmissionBed("PerSourceMaxStartups 1\nPerSourceNetBlockSize 24:64\n");
        Assert.NotNull(bed.Admit("10.0.0.1"));
        Assert.Null(bed.Admit("10.0.0.200"));
        Assert.Null(bed.Admit("::ffff:10.0.0.3"));
        Assert.NotNull(bed.Admit("10.0.1.1"));
        Assert.NotNull(bed.Admit("2001:db8:0:1::1"));
        Assert.Null(bed.Admit("2001:db8:0:1:ffff::9"));
        Assert.NotNull(bed.Admit("2001:db8:0:2::1"));
    }

    [Theory]
    [InlineData("10.1.2.3", 32, 128, "10.1.2.3/32")]
    [InlineData("10.1.2.3", 9, 128, "10.0.0.0/9")]
    [InlineData("10.1.2.3", 0, 128, "0.0.0.0/0")]
    [InlineData("::ffff:10.1.2.3", 24, 1, "10.1.2.0/24")]
    [InlineData("2001:db8:1:2:3::4", 32, 48, "2001:db8:1::/48")]
    [InlineData("2001:db8::4", 32, 128, "2001:db8::4/128")]
    [InlineData("2001:db8::4", 32, 0, "::/0")]
    public void A_source_is_the_first_bits_of_an_address(string address, int bits4, int bits6, string source) =>
        Assert.Equal(source, Source.Of(IPAddress.Parse(address), new NetBlockSize(bits4, bits6)).ToString());

    [Fact]
    public void The_log_says_when_throttling_begins_goes_on_and_ends()
    {
        using var bed = new AdmissionBed("MaxStartups 3\nPerSourcePenalties no\n", LogLevel.Info);
        Startup[] all = [.. Enumerable.Range(0, 3).Select(i => bed.Admit(AdmissionBed.IPv4(i))!)];
        Assert.Null(bed.Admit("10.0.0.9"));
        bed.Pass(100);
        Assert.Null(bed.Admit("10.0.0.9"));
        bed.Pass(301);
        Assert.Null(bed.Admit("10.0.0.9"));
        foreach (Startup startup in all) startup.LogIn();
        bed.Pass(1);
        Assert.NotNull(bed.Admit("10.0.0.9"));

        Assert.Equal(
        [
            "beginning MaxStartups throttling",
            "drop connection #3 from [10.0.0.9]:40000 on [192.0.2.1]:22 past Maxstartups",
            "in MaxStartups throttling for 00:06:41, 3 connections dropped",
            "drop connection #3 from [10.0.0.9]:40000 on [192.0.2.1]:22 past Maxstartups",
            "exited MaxStartups throttling after 00:06:42, 3 connections dropped",
        ],
        bed.Log.Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
    }
}
