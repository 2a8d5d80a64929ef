using Nacre.Protocol.Mux;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>A session that a master runs for us: tells how it ends.</summary>
internal sealed class PassengerRide(MasterLink link, ErrorTrace trace)
{
    public required int MasterPid { get; init; }

    /// <summary>The master's number for the session.</summary>
    public required uint Session { get; init; }

    /// <summary>Waits until the master has closed the link, which it does when all that came is written.</summary>
    /// <param name="onNoTerminal">Called when the server gives the session no terminal.</param>
    /// <returns>The exit status for ssh.</returns>
    public int Wait(Action onNoTerminal)
    {
        trace.Write(1, $"mux_client_request_session: master session id: {Session}");
        uint? status = null;
        try
        {
            while (link.Read() is { } message)
            {
                switch (MuxMessage.TypeOf(message))
                {
                    case MuxMessageType.TtyAllocFail when MuxMessage.Read<MuxTtyAllocFail>(message).SessionId == Session:
                        onNoTerminal();
                        break;
                    case MuxMessageType.ExitMessage when MuxMessage.Read<MuxExitMessage>(message) is var exit && exit.SessionId == Session && status is null:
                        status = exit.ExitStatus;
                        break;
                    default:
                        throw new SshException($"master returned unexpected message 0x{(uint)MuxMessage.TypeOf(message):x8}");
                }
            }
        }
        catch (SshException wrong)
        {
            trace.Fail(wrong.Message);
            return SshSession.FailureStatus;
        }

        trace.Write(2, status is null ? "Control master terminated unexpectedly" : $"Received exit status from master {status}");
        return status is { } known ? (int)(known & 0xff) : SshSession.FailureStatus;
    }
}
