namespace Nacre.Tests.Interop;

/// <summary>The tools as they were built with these tests: one executable, called with the name of the tool first.</summary>
internal static class OurTools
{
    /// <summary>The full name of the executable.</summary>
    public static string Executable { get; } = Path.Join(AppContext.BaseDirectory, "nacre-tools");

    /// <summary>Runs a tool to its end.</summary>
    public static Task<RunResult> RunAsync(string tool, IEnumerable<string> arguments, string input = "", string? directory = null) =>
        Run.Async(Executable, [tool, .. arguments], System.Text.Encoding.UTF8.GetBytes(input), directory: directory);

    /// <summary>Makes a program that is called by a path alone, for those that take one.</summary>
    public static string Program(TemporaryDirectory directory, string tool)
    {
        string path = directory.Write(tool, $"#!/bin/sh\nexec '{Executable}' {tool} \"$@\"\n");
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return path;
    }
}
