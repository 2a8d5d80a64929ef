using System.Diagnostics;
using System.Globalization;

namespace Nacre.Bench.Bed;

/// <summary>Runs a script of bash, whose clock and `time` measure a command from close by, with none of this runtime's own time in it.</summary>
internal static class Bash
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs a script and returns what it wrote to standard output.</summary>
    /// <param name="script">The script; the arguments are its $1, $2 and so on.</param>
    /// <param name="arguments">What the script is about.</param>
    /// <exception cref="InvalidOperationException">The script failed.</exception>
    public static async Task<string> RunAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", ["-c", "set -e -o pipefail; " + script, "bench", .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"'{script}' with {string.Join(' ', arguments)} has not ended after {Limit.TotalMinutes:F0} minutes");
        }

        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"'{script}' with {string.Join(' ', arguments)} ended with {process.ExitCode}: {(await error).Trim()}");
    }

    /// <summary>The numbers in the line of a script's output that begins with a word; kilobytes may be said behind them, as /proc says them.</summary>
    /// <exception cref="InvalidOperationException">There is no such line.</exception>
    public static double[] Numbers(string said, string name)
    {
        string line = said.Split('\n').FirstOrDefault(each => each.StartsWith(name, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"the script did not tell its '{name.Trim()}': {said.ReplaceLineEndings(" | ")}");
        string[] numbers = line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return [.. numbers.Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }
}
