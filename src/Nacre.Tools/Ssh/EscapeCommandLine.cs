using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Forwards;

namespace Nacre.Tools.Ssh;

/// <summary>Obeys a line that a person typed at the prompt of the escape sequence for a command line.</summary>
internal sealed class EscapeCommandLine(ForwardSet forwards, ClientConfig config, ErrorTrace trace)
{
    private const string Help = """
        Commands:
              -L[bind_address:]port:host:hostport    Request local forward
              -R[bind_address:]port:host:hostport    Request remote forward
              -D[bind_address:]port                  Request dynamic forward
              -KL[bind_address:]port                 Cancel local forward
              -KR[bind_address:]port                 Cancel remote forward
              -KD[bind_address:]port                 Cancel dynamic forward
        """;

    private const string LocalHelp = "\n      !args                                  Execute local command";

    /// <summary>Does what the line says, and says what came of it.</summary>
    public async Task DoAsync(string line)
    {
        string text = line.Trim();
        if (text.StartsWith('-')) text = text[1..];
        if (text.Length == 0) return;
        if (text[0] is 'h' or 'H' or '?') trace.Say(Help + (config.PermitLocalCommand ? LocalHelp : ""));
        else if (text[0] == '!' && config.PermitLocalCommand) await LocalCommand.RunAsync(text[1..], trace).ConfigureAwait(false);
        else if (text[0] == 'K' && text.Length > 1 && KindOf(text[1]) is { } cancelled) await CancelAsync(cancelled, text[2..].TrimStart()).ConfigureAwait(false);
        else if (KindOf(text[0]) is { } added) await AddAsync(added, text[1..].TrimStart()).ConfigureAwait(false);
        else trace.Say("Invalid command.");
    }

    private static ForwardKind? KindOf(char letter) => letter switch
    {
        'L' => ForwardKind.Local,
        'R' => ForwardKind.Remote,
        'D' => ForwardKind.Dynamic,
        _ => null,
    };

    private async Task CancelAsync(ForwardKind kind, string text)
    {
        if (!Forward.TryParseDynamic(text, out Forward? forward)) trace.Say("Bad forwarding close specification.");
        else if (!await forwards.CancelAsync(forward!, kind).ConfigureAwait(false)) trace.Say("Unknown port forwarding.");
        else trace.Say("Canceled forwarding.");
    }

    private async Task AddAsync(ForwardKind kind, string text)
    {
        Forward? forward;
        bool isGood = kind switch
        {
            ForwardKind.Local => Forward.TryParseLocal(text, out forward),
            ForwardKind.Remote => Forward.TryParseRemote(text, out forward),
            _ => Forward.TryParseDynamic(text, out forward),
        };
        if (!isGood) trace.Say($"Bad {(kind == ForwardKind.Remote ? "remote" : "local")} forwarding specification.");
        else if (await forwards.StartAsync(forward!, kind).ConfigureAwait(false) is null) trace.Say("Port forwarding failed.");
        else trace.Say("Forwarding port.");
    }
}
