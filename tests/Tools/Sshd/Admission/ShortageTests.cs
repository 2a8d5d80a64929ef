using System.Net.Sockets;
using Nacre.Tools.Sshd.Admission;
using Nacre.Unix;

namespace Nacre.Tests.Tools.Sshd.Admission;

/// <summary>When there is too little of something for another connection, and which failures come of that.</summary>
public sealed class ShortageTests
{
    [Theory]
    [InlineData(991, 1024, false)]
    [InlineData(992, 1024, true)]
    [InlineData(47, 64, false)]
    [InlineData(48, 64, true)]
    [InlineData(3, 0, true)]
    public void The_last_descriptors_are_not_for_newcomers_L12(ulong number, ulong limit, bool isShort) => Assert.Equal(isShort, Shortage.LeavesTooFew(number, limit));

    [Theory]
    [InlineData(12, 100, false)]
    [InlineData(13, 100, true)]
    public void Seven_eighths_of_the_memory_are_not_for_newcomers_L12(long used, long most, bool isShort) => Assert.Equal(isShort, Shortage.IsTooMuch(used, most));

    [Fact]
    public void What_the_machine_lacks_is_told_from_what_is_wrong()
    {
        Exception[] ofShortage =
        [
            new InsufficientMemoryException(),
            new UnixException(Errno.EMFILE, "open"),
            new UnixException(Errno.EAGAIN, "start"),
            new SocketException((int)SocketError.TooManyOpenSockets),
            new IOException("", new UnixException(Errno.ENOMEM, "read")),
        ];
        Exception[] others = [new UnixException(Errno.ENOENT, "open"), new SocketException((int)SocketError.ConnectionReset), new InvalidOperationException(), new IOException()];
        Assert.All(ofShortage, failure => Assert.True(Shortage.Explains(failure)));
        Assert.All(others, failure => Assert.False(Shortage.Explains(failure)));
    }

    [Fact]
    public void Newcomers_are_turned_away_while_there_is_too_little_and_the_log_hears_of_beginning_and_end_L12()
    {
        using var bed = new AdmissionBed("", Nacre.Config.Values.LogLevel.Info);
        using Startup? before = bed.Admit("10.0.0.1");
        for (int i = 0; i < 3; i++) Assert.Null(bed.Admit("10.0.0.2", "out of descriptors"));
        using Startup? after = bed.Admit("10.0.0.2");

        Assert.NotNull(before);
        Assert.NotNull(after);
        Assert.Equal(["out of descriptors: newcomers are turned away", "newcomers are let in again"], bed.Log.Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Nothing_is_held_against_a_client_to_whom_the_server_could_not_do_justice()
    {
        using var bed = new AdmissionBed("PerSourcePenalties crash:1h authfail:1h noauth:1h min:1\n");
        using (Startup startup = bed.Admit("10.0.0.1")!)
        {
            startup.OnTried();
            startup.Excuse();
        }

        Assert.NotNull(bed.Admit("10.0.0.1"));
        Assert.Equal(0, bed.Doorkeeper.PenaltyCount);
    }
}
