using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>A terminal of one test's own, in which a program runs as in front of a person: keys go in, and the screen can be read.</summary>
internal sealed class TmuxPane : IAsyncDisposable
{
    private static readonly TimeSpan UsualLimit = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();

    /// <summary>Starts a script of /bin/sh in it.</summary>
    public async Task StartAsync(string script)
    {
        string file = _directory.Write("script", script);
        (await RunAsync("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", $"env SHELL=/bin/bash PS1='near$ ' /bin/sh {file}")).Ends();
    }

    /// <summary>Types a text.</summary>
    public async Task TypeAsync(string text) => (await RunAsync("send-keys", "-l", "--", text)).Ends();

    /// <summary>Presses keys by tmux's names for them, such as Enter and C-c.</summary>
    public async Task PressAsync(params string[] keys) => (await RunAsync(["send-keys", .. keys])).Ends();

    /// <summary>Types a line with its end.</summary>
    public async Task EnterAsync(string line)
    {
        await TypeAsync(line);
        await PressAsync("Enter");
    }

    public async Task ResizeAsync(int columns, int rows) =>
        (await RunAsync("resize-window", "-x", columns.ToString(CultureInfo.InvariantCulture), "-y", rows.ToString(CultureInfo.InvariantCulture))).Ends();

    /// <summary>What stands on the screen, and what has gone out at its top.</summary>
    public async Task<string> ScreenAsync() => (await RunAsync("capture-pane", "-p", "-J", "-S", "-200")).Ends().Output;

    /// <summary>How often the screen has a text.</summary>
    public async Task<int> CountAsync(string text) => (await ScreenAsync()).Split(text).Length - 1;

    /// <summary>Waits until the screen has a text; returns the screen.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">How long to wait at most; half a minute when null.</param>
    /// <param name="times">How often it is to be there.</param>
    public async Task<string> UntilAsync(string text, TimeSpan? most = null, int times = 1)
    {
        using var limit = new CancellationTokenSource(most ?? UsualLimit);
        string screen = "";
        while (!limit.IsCancellationRequested)
        {
            screen = await ScreenAsync();
            if (screen.Split(text).Length > times) return screen;
        }

        throw new TimeoutException($"\"{text}\" did not appear on the screen:\n{screen}");
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("kill-server");
        _directory.Dispose();
    }

    private Task<RunResult> RunAsync(params string[] arguments) =>
        Run.Async("tmux", ["-S", _directory["socket"], .. arguments], environment: new Dictionary<string, string?> { ["TMUX"] = null, ["TERM"] = "xterm-256color", ["LC_ALL"] = "C.UTF-8" });
}
