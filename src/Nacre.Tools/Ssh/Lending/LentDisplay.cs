using Nacre.Config;
using Nacre.Forwarding.X11;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;

namespace Nacre.Tools.Ssh.Lending;

/// <summary>Finds an X11 display and has xauth find, or make, the cookie that the display asks for.</summary>
/// <remarks>
/// Without ForwardX11Trusted the display is asked for a cookie by which it keeps the far clients from all others. It stays valid a while longer than
/// connections are let through here: a display that had forgotten it might ask for none.
/// </remarks>
internal static class LentDisplay
{
    private const uint SlackSeconds = 60;
    private const string LocalhostPrefix = "localhost:";

    /// <summary>The display to lend; null when there is none, which has then been said.</summary>
    /// <param name="display">What DISPLAY says; null when it is not set.</param>
    /// <param name="config">How far the far side is trusted, and for how long.</param>
    /// <param name="trace">Where it is told.</param>
    /// <param name="ct">Ends the wait for xauth.</param>
    public static async Task<X11Forwarding?> FindAsync(string? display, ClientConfig config, ErrorTrace trace, CancellationToken ct)
    {
        if (display is null)
        {
            trace.Write(1, "X11 forwarding requested but DISPLAY not set");
            return null;
        }

        if (!X11Display.TryParse(display, out _))
        {
            trace.Say($"DISPLAY \"{Printable.Escape(display)}\" invalid; disabling X11 forwarding");
            return null;
        }

        XauthProgram? xauth = config.XAuthLocation is { } path && File.Exists(path) ? new XauthProgram(path, trace) : null;
        if (xauth is null) trace.Write(1, "No xauth program.");

        // A display that came by ssh itself stands in the user's file under the name of the local socket.
        string listed = display.StartsWith(LocalhostPrefix, StringComparison.Ordinal) ? "unix:" + display[LocalhostPrefix.Length..] : display;
        (string Protocol, byte[] Cookie)? found = xauth is null ? null
            : config.ForwardX11Trusted ? await xauth.FindAsync(listed, file: null, ct).ConfigureAwait(false)
            : await MakeUntrustedAsync(xauth, listed, config.ForwardX11Timeout, ct).ConfigureAwait(false);
        if (found is null && !config.ForwardX11Trusted)
        {
            trace.Fail("Warning: untrusted X11 forwarding setup failed: xauth key data not generated");
            return null;
        }

        if (found is null) trace.Say("Warning: No xauth data; using fake authentication data for X11 forwarding.");
        trace.Write(1, "Requesting X11 forwarding with authentication spoofing.");
        if (found is not { } known) return X11Forwarding.WithoutCookie(display);
        return new X11Forwarding(display, known.Cookie, known.Protocol) { Timeout = config.ForwardX11Trusted ? TimeSpan.Zero : config.ForwardX11Timeout };
    }

    private static async Task<(string Protocol, byte[] Cookie)?> MakeUntrustedAsync(XauthProgram xauth, string display, TimeSpan timeout, CancellationToken ct)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("ssh-");
        try
        {
            string file = Path.Join(directory.FullName, "xauthfile");
            uint seconds = timeout <= TimeSpan.Zero ? 0 : (uint)Math.Min(timeout.TotalSeconds + SlackSeconds, uint.MaxValue);
            return await xauth.GenerateAsync(display, file, seconds, ct).ConfigureAwait(false) ? await xauth.FindAsync(display, file, ct).ConfigureAwait(false) : null;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
