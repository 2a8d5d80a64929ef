using System.Diagnostics;
using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>An X server without a screen, which asks for a cookie.</summary>
internal sealed class StockDisplay : IDisposable
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly Process _process;

    private StockDisplay(Process process, int number, string cookie, string authorityFile) =>
        (_process, Name, Cookie, AuthorityFile) = (process, string.Create(CultureInfo.InvariantCulture, $":{number}"), cookie, authorityFile);

    public string Name { get; }

    public string Cookie { get; }

    public string AuthorityFile { get; }

    public static async Task<StockDisplay> StartAsync(TemporaryDirectory directory)
    {
        string authority = directory["xauthority"];
        string cookie = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
        await File.WriteAllBytesAsync(authority, [], Ct);

        // The server takes the first entry, whatever display it is for, and says by -displayfd which number it has.
        (await Run.Async("xauth", ["-q", "-f", authority, "add", ":0", "MIT-MAGIC-COOKIE-1", cookie])).Ends();
        var start = new ProcessStartInfo(Requires.Program("Xvfb"), ["-displayfd", "1", "-auth", authority, "-nolisten", "tcp", "-screen", "0", "64x64x8", "-noreset"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        string? line = await process.StandardOutput.ReadLineAsync(Ct);
        int number = int.Parse(line ?? throw new InvalidOperationException("Xvfb did not start."), CultureInfo.InvariantCulture);
        (await Run.Async("xauth", ["-q", "-f", authority, "add", string.Create(CultureInfo.InvariantCulture, $":{number}"), "MIT-MAGIC-COOKIE-1", cookie])).Ends();
        return new StockDisplay(process, number, cookie, authority);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
