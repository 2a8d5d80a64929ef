using System.Text;
using Nacre.Client;
using Nacre.Config;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>What is typed at a session of another process: keys go to the server, escape sequences are obeyed as far as a master can.</summary>
internal sealed class PassengerEscapes(SshClient client, ClientConfig config, RemoteProcess process, PassengerStreams streams, char escape, ErrorTrace trace)
{
    private readonly EscapeReader _escapes = new((byte)escape);

    /// <summary>Reads until the terminal or the session has come to its end.</summary>
    public async Task PumpAsync(CancellationToken ct)
    {
        byte[] typed = new byte[1024];
        byte[] kept = new byte[2 * typed.Length];
        try
        {
            while (await streams.Input.ReadAsync(typed, ct).ConfigureAwait(false) is > 0 and int length)
            {
                for (int at = 0; at < length;)
                {
                    (int read, int written, EscapeAction action) = _escapes.Filter(typed.AsSpan(at, length - at), kept);
                    at += read;
                    if (written > 0) await process.Input.WriteAsync(kept.AsMemory(0, written), ct).ConfigureAwait(false);
                    if (action != EscapeAction.None) await ActAsync(action, ct).ConfigureAwait(false);
                }
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or SshException or InvalidOperationException)
        {
            // The terminal, the session or the connection has come to its end; whoever waits for that hears of it elsewhere.
        }

        await process.Input.CompleteAsync().ConfigureAwait(false);
    }

    private async ValueTask ActAsync(EscapeAction action, CancellationToken ct)
    {
        switch (action)
        {
            case EscapeAction.Disconnect:
                await SayAsync($"{escape}.\r\n", ct).ConfigureAwait(false);
                await process.DisposeAsync().ConfigureAwait(false);
                break;
            case EscapeAction.Break:
                await SayAsync($"{escape}B\r\n", ct).ConfigureAwait(false);
                process.SendBreak(EscapeActions.BreakLength);
                break;
            case EscapeAction.Rekey:
                client.Transport.RequestRekey();
                break;
            case EscapeAction.MoreVerbose or EscapeAction.LessVerbose:
                await SayAsync(EscapeActions.ChangeLevel(trace, escape, action), ct).ConfigureAwait(false);
                break;
            case EscapeAction.Help:
                await SayAsync($"{escape}?\r\n{_escapes.HelpWithout(EscapeAction.CommandLine, EscapeAction.Suspend, EscapeAction.Background)}", ct).ConfigureAwait(false);
                break;
            case EscapeAction.ListConnections:
                await SayAsync($"{escape}#\r\n{OpenChannels.Describe(client)}", ct).ConfigureAwait(false);
                break;
            case EscapeAction.Information:
                await SayAsync($"{escape}I\r\n{ConnectionInformation.Describe(client, config)}", ct).ConfigureAwait(false);
                break;
            default:
                string key = action switch { EscapeAction.Suspend => "^Z", EscapeAction.Background => "&", _ => "C" };
                await SayAsync($"{escape}{key} escape not available to multiplexed sessions\r\n", ct).ConfigureAwait(false);
                break;
        }
    }

    private ValueTask SayAsync(string text, CancellationToken ct) => streams.Error.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
}
