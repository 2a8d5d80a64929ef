using System.Text;
using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Forwards;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>Does what escape sequences ask for, and says so at the terminal.</summary>
internal sealed class EscapeActions(SshClient client, ClientConfig config, ForwardSet forwards, ErrorTrace trace)
{
    /// <summary>OpenSSH's; a server takes it for its usual length.</summary>
    public static readonly TimeSpan BreakLength = TimeSpan.FromSeconds(1);

    /// <summary>What a terminal takes for the end of input.</summary>
    private static readonly byte[] EndOfInput = [4];

    private readonly TaskCompletionSource _disconnected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RemoteProcess? _process;
    private RawMode? _raw;
    private EndingSignals? _signals;

    /// <summary>Completes when the person wants the connection ended.</summary>
    public Task Disconnected => _disconnected.Task;

    /// <summary>The session that the sequences are typed in.</summary>
    public void Attach(RemoteProcess process, RawMode? raw, EndingSignals signals) => (_process, _raw, _signals) = (process, raw, signals);

    /// <summary>Does one; false when nothing more is to be read from the terminal.</summary>
    public async Task<bool> DoAsync(EscapeAction action, EscapeReader escapes)
    {
        char c = escapes.Character;
        switch (action)
        {
            case EscapeAction.Disconnect:
                Show($"{c}.\r\n");
                _disconnected.TrySetResult();
                return false;
            case EscapeAction.Background:
                await GoToBackgroundAsync(c).ConfigureAwait(false);
                return false;
            case EscapeAction.Break:
                Show($"{c}B\r\n");
                _process!.SendBreak(BreakLength);
                break;
            case EscapeAction.Rekey: client.Transport.RequestRekey(); break;
            case EscapeAction.Help: Show($"{c}?\r\n{(config.EnableEscapeCommandline ? escapes.HelpWithout() : escapes.HelpWithout(EscapeAction.CommandLine))}"); break;
            case EscapeAction.Suspend: Suspend(c); break;
            case EscapeAction.ListConnections: Show($"{c}#\r\n{OpenChannels.Describe(client)}"); break;
            case EscapeAction.CommandLine: await TakeCommandAsync().ConfigureAwait(false); break;
            case EscapeAction.MoreVerbose or EscapeAction.LessVerbose: Show(ChangeLevel(trace, c, action)); break;
            case EscapeAction.Information: Show($"{c}I\r\n{ConnectionInformation.Describe(client, config)}"); break;
        }

        return true;
    }

    /// <summary>Tells more or less from now on; returns what to say of it to whoever asked.</summary>
    public static string ChangeLevel(ErrorTrace trace, char escape, EscapeAction action)
    {
        (char key, int step) = action == EscapeAction.MoreVerbose ? ('v', 1) : ('V', -1);
        if (trace.IsSystemLog) return $"{escape}{key} [Logging to syslog]\r\n";
        trace.Level = (LogLevel)Math.Clamp((int)trace.Level + step, (int)LogLevel.Quiet, (int)LogLevel.Debug3);
        return $"{escape}{key} [LogLevel {trace.Level.ToString().ToUpperInvariant()}]\r\n";
    }

    private static void Show(string text)
    {
        using InheritedStream error = InheritedStream.OpenError();
        error.Write(Encoding.UTF8.GetBytes(text));
    }

    private void Suspend(char c)
    {
        Show($"{c}^Z [suspend ssh]\r\n");
        LeaveRawMode();
        Terminal.Suspend();
        EnterRawMode();
        if (TerminalSize.TryOf(0, out TerminalSize size)) _process!.Resize((int)size.Columns, (int)size.Rows, (int)size.PixelWidth, (int)size.PixelHeight);
    }

    // Nothing new is accepted any more, and the shell at the server hears that nothing more is typed.
    private async Task GoToBackgroundAsync(char c)
    {
        LeaveRawMode();
        await forwards.DisposeAsync().ConfigureAwait(false);
        Show($"{c}& [backgrounded]\n");
        _signals!.IgnoresHangup = true;
        Terminal.ReleaseToShell();
        await _process!.Input.WriteAsync(EndOfInput).ConfigureAwait(false);
    }

    private async Task TakeCommandAsync()
    {
        if (!config.EnableEscapeCommandline)
        {
            Show("commandline disabled\r\n");
            return;
        }

        LeaveRawMode();
        _signals!.IgnoresInterrupts = true;
        try
        {
            byte[]? typed = Terminal.ReadPassphrase("\r\nssh> ", echo: true);
            if (typed is not null) await new EscapeCommandLine(forwards, config, trace).DoAsync(Encoding.UTF8.GetString(typed)).ConfigureAwait(false);
        }
        finally
        {
            _signals.IgnoresInterrupts = false;
            EnterRawMode();
        }
    }

    private void LeaveRawMode()
    {
        _raw?.Leave();
        trace.IsRaw = false;
    }

    private void EnterRawMode()
    {
        _raw?.Enter();
        trace.IsRaw = _raw is not null;
    }
}
