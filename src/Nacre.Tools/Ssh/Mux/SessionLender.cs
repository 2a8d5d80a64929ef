using Nacre.Client;
using Nacre.Protocol.Connection;
using Nacre.Tools.Ssh.Lending;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>Lends sessions that another process has over a master (-O proxy) what the master lends any session that shares its connection.</summary>
internal sealed class SessionLender(MuxMaster master) : ISessionLender
{
    public async Task<bool> LendAsync(Channel session, bool isDisplay, CancellationToken ct)
    {
        using var lending = new LentToSession(master.Client, master.Config, master.Trace);
        RunOptions lent = await lending.AddToAsync(RunOptions.Default, wantsDisplay: isDisplay, wantsAgent: !isDisplay, ct).ConfigureAwait(false);
        return isDisplay
            ? await master.Client.Loans.OfferDisplay(session, lent.Display, ct).ConfigureAwait(false)
            : await master.Client.Loans.OfferAgent(session, lent.AgentSocket, ct).ConfigureAwait(false);
    }
}
