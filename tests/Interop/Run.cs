using System.Diagnostics;
using System.Text;

namespace Nacre.Tests.Interop;

/// <summary>Runs a program to its end and returns what it left. At the time limit the program and its children are killed and the test fails.</summary>
internal static class Run
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <param name="program">A full name, or a name that <see cref="Requires.Program"/> finds.</param>
    /// <param name="arguments">Given to the program as they are; no shell sees them.</param>
    /// <param name="input">What the program reads; nothing when null.</param>
    /// <param name="environment">Added to this process's environment; a null value removes the variable.</param>
    /// <param name="directory">The working directory; this process's when null.</param>
    /// <param name="limit">How long the program may take; <see cref="Limit"/> when null.</param>
    public static async Task<RunResult> Async(
        string program,
        IEnumerable<string> arguments,
        byte[]? input = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? directory = null,
        TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(program.Contains('/', StringComparison.Ordinal) ? program : Requires.Program(program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "",
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        string command = string.Join(' ', [start.FileName, .. start.ArgumentList]);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{command} did not start");
        using var timeout = new CancellationTokenSource(limit ?? Limit);
        var output = new MemoryStream();
        var error = new MemoryStream();
        try
        {
            Task reading = Task.WhenAll(
                process.StandardOutput.BaseStream.CopyToAsync(output, timeout.Token),
                process.StandardError.BaseStream.CopyToAsync(error, timeout.Token));
            await FeedAsync(process, input, timeout.Token);
            await reading;
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw new TimeoutException($"""
                {command}
                did not end within {limit ?? Limit}
                {Encoding.UTF8.GetString(output.ToArray())}
                {Encoding.UTF8.GetString(error.ToArray())}
                """);
        }

        return new RunResult(command, process.ExitCode, output.ToArray(), Encoding.UTF8.GetString(error.ToArray()));
    }

    /// <summary>Runs the program in an environment of nothing but PATH and HOME, for programs that would obey the developer's agent or locale.</summary>
    public static Task<RunResult> CleanAsync(string program, IEnumerable<string> arguments, byte[]? input = null, string? home = null, TimeSpan? limit = null)
    {
        var environment = new Dictionary<string, string?>();
        foreach (string name in Environment.GetEnvironmentVariables().Keys)
        {
            environment[name] = name switch
            {
                "PATH" => Environment.GetEnvironmentVariable(name),
                _ => null,
            };
        }

        environment["HOME"] = home ?? Path.GetTempPath();
        return Async(program, arguments, input, environment, limit: limit);
    }

    private static async Task FeedAsync(Process process, byte[]? input, CancellationToken ct)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input ?? [], ct);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended, or closed its input, without reading all of it; its exit status tells whether that was right.
        }
    }
}
