using System.Text;
using Nacre.Forwarding.X11;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Ssh.Lending;

/// <summary>The program xauth, which keeps the cookies of X11 displays.</summary>
internal sealed class XauthProgram(string path, ErrorTrace trace)
{
    /// <summary>As much of its output is read; a cookie is one short line.</summary>
    private const int MostOutput = 16 * 1024;

    /// <summary>How long it is waited for; it waits itself for others that write its file.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Asks for the cookie of a display.</summary>
    /// <param name="display">The display's name.</param>
    /// <param name="file">Where to look; null for the user's own file.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Its protocol and its bytes; null when there is none.</returns>
    public async Task<(string Protocol, byte[] Cookie)?> FindAsync(string display, string? file, CancellationToken ct)
    {
        (bool isDone, string output) = await RunAsync([.. file is null ? Array.Empty<string>() : ["-f", file], "list", display], ct).ConfigureAwait(false);
        if (!isDone) return null;

        // A line is the display's name, the protocol and the cookie.
        string[] words = output.Split('\n')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3 || words[1].Length > X11Forwarding.MaxLength || !TryReadHex(words[2], out byte[] cookie)) return null;
        return (words[1], cookie);
    }

    /// <summary>Has the display make a cookie for clients that it shall not trust.</summary>
    /// <param name="display">The display's name.</param>
    /// <param name="file">Where to keep it.</param>
    /// <param name="timeoutSeconds">After so long without a client the display forgets it; zero for never.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>True when it did.</returns>
    public async Task<bool> GenerateAsync(string display, string file, uint timeoutSeconds, CancellationToken ct)
    {
        string[] timeout = timeoutSeconds == 0 ? [] : ["timeout", timeoutSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        return (await RunAsync(["-f", file, "generate", display, X11Forwarding.CookieProtocol, "untrusted", .. timeout], ct).ConfigureAwait(false)).IsDone;
    }

    private static bool TryReadHex(string text, out byte[] bytes)
    {
        bytes = [];
        if (text.Length is 0 or > 2 * X11Forwarding.MaxLength || text.Length % 2 != 0 || !text.All(char.IsAsciiHexDigit)) return false;
        bytes = Convert.FromHexString(text);
        return true;
    }

    private async Task<(bool IsDone, string Output)> RunAsync(string[] arguments, CancellationToken ct)
    {
        trace.Write(2, $"xauth command: {Printable.Escape(string.Join(' ', [path, .. arguments]))}");
        byte[] kept = new byte[MostOutput];
        int length = 0;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Limit);
        try
        {
            ChildExit exit = await ProgramOutput.ReadAsync(output => Spawn.Start(new ProgramStart { Path = path, Arguments = [path, .. arguments], Output = output }), Keep, limit.Token).ConfigureAwait(false);
            return (exit is { Status: 0, IsBySignal: false }, Encoding.UTF8.GetString(kept, 0, length));
        }
        catch (UnixException error)
        {
            trace.Write(1, $"{Printable.Escape(path)}: {error.Message}");
        }
        catch (OperationCanceledException)
        {
            // Whoever waits no longer has their own reason to tell.
            if (!ct.IsCancellationRequested) trace.Fail($"{Printable.Escape(path)} did not end within {Limit.TotalSeconds} seconds, and was ended.");
        }

        return (false, "");

        void Keep(ReadOnlySpan<byte> printed)
        {
            ReadOnlySpan<byte> some = printed[..Math.Min(printed.Length, kept.Length - length)];
            some.CopyTo(kept.AsSpan(length));
            length += some.Length;
        }
    }
}
