namespace Nacre.Tests.Interop;

/// <summary>What a program left: its exit status (128 + N after signal N), and what it wrote.</summary>
internal sealed record RunResult(string Command, int ExitStatus, byte[] OutputBytes, string Error)
{
    public string Output => System.Text.Encoding.UTF8.GetString(OutputBytes);

    /// <summary>Fails the test unless the program ended with <paramref name="status"/>, and then shows what it wrote.</summary>
    public RunResult Ends(int status = 0)
    {
        Assert.True(ExitStatus == status, $"""
            {Command}
            ended with {ExitStatus}, not {status}
            {Output}
            {Error}
            """);
        return this;
    }
}
