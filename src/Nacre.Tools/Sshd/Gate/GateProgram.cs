using System.Text;
using Nacre.Config.Values;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Tools.Sshd.Monitor;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Gate;

/// <summary>The gate: the process that speaks with everybody who is not logged in, and has nothing worth taking.</summary>
/// <remarks>Identification, key exchange and authentication are its own; each decision in them is the monitor's.</remarks>
internal static class GateProgram
{
    /// <summary>The first argument, by which the executable knows that it is the gate.</summary>
    public const string Verb = "sshd-gate";

    public static int Run()
    {
        Prctl.SetName(Verb);
        OpenFileLimit.Raise();
        KeptThreads.Start(areAll: true);
        InlineCompletions.UseInServer();
        SocketPolls.Learn();
        return RunAsync().GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync()
    {
        using var link = new ChildLink();
        using LinkMessage? begin = await link.ReadAsync().ConfigureAwait(false);
        if (begin is null) return 0;
        SshdLog log = link.Log((LogLevel)begin.Read<BeginMessage>().LogLevel);
        IModulusSource groups;
        try
        {
            groups = Confine(link, begin.Read<BeginMessage>(), log);
        }
        catch (Exception error)
        {
            log.Fatal($"the gate cannot be confined: {Printable.Escape(error.Message)}");
            return 1;
        }

        await new GateConnections(link, groups, log).ServeAsync().ConfigureAwait(false);
        return 0;
    }

    private static IModulusSource Confine(ChildLink link, BeginMessage begin, SshdLog log)
    {
        IModulusSource groups = begin.Moduli.IsEmpty ? RfcModuli.Instance : GroupFile.Load(Encoding.UTF8.GetString(begin.Moduli), log);
        var ready = new ReadyMessage { HasFilter = Confinement.Enter(Encoding.UTF8.GetString(begin.Root), begin.Uid, begin.Gid) };
        link.Link.Send(0, ref ready);
        return groups;
    }
}
