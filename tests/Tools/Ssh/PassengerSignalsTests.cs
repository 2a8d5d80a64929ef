using Nacre.Tools.Ssh.Mux;
using Nacre.Unix;

namespace Nacre.Tests.Tools.Ssh;

public sealed class PassengerSignalsTests
{
    [Fact]
    public async Task Only_the_process_that_listens_is_believed_to_be_the_master_or_its_heir_when_it_has_gone()
    {
        int own = Environment.ProcessId;
        ChildProcess gone = Spawn.Start(new ProgramStart { Path = "/bin/true", Arguments = ["true"] });
        await gone.Exited;

        Assert.True(PassengerSignals.IsMaster(stated: own, listener: own));
        Assert.True(PassengerSignals.IsMaster(stated: own, listener: gone.Pid));
        Assert.False(PassengerSignals.IsMaster(stated: gone.Pid, listener: own));
        Assert.False(PassengerSignals.IsMaster(stated: own, listener: 1));
        Assert.False(PassengerSignals.IsMaster(stated: own, listener: 0));
        foreach (int group in (int[])[0, -1, 1, -own]) Assert.False(PassengerSignals.IsMaster(group, group));
    }
}
