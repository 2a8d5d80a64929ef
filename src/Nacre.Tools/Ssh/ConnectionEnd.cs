using Nacre.Config;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;

namespace Nacre.Tools.Ssh;

/// <summary>Says in OpenSSH's words why a connection has ended that nobody here closed.</summary>
internal static class ConnectionEnd
{
    public static void Tell(Exception? error, ClientConfig config, ErrorTrace trace)
    {
        switch (error)
        {
            case null:
                break;
            case SshDisconnectedException told:
                trace.Fail($"Received disconnect from {config.Hostname} port {config.Port}:{told.ReasonCode}: {told.Description}\nDisconnected from {config.Hostname} port {config.Port}");
                break;
            case SshViolationException { Violation: Violation.ConnectionLost }:
                trace.Fail($"Connection to {config.Hostname} closed by remote host.");
                break;
            case SshViolationException { Violation: Violation.PeerSilent }:
                trace.Fail($"Timeout, server {config.Hostname} not responding.");
                break;
            default:
                trace.Fail(error.Message);
                break;
        }
    }
}
