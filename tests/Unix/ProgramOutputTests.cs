using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Tests.Interop;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class ProgramOutputTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task All_that_a_program_prints_is_read_and_its_end_is_told()
    {
        using var printed = new MemoryStream();

        ChildExit exit = await ProgramOutput.ReadAsync(output => Start("head -c 100000 /dev/zero; exit 3", output), piece => printed.Write(piece), Ct);

        Assert.Equal((3, false), (exit.Status, exit.IsBySignal));
        Assert.Equal(new byte[100_000], printed.ToArray());
    }

    [Fact]
    public async Task A_program_that_hangs_ends_when_nobody_waits_for_it_any_more()
    {
        using var patience = new CancellationTokenSource();
        Task<string> left = await HangingAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ProgramOutput.ReadAsync(output => Start(Hanging, output), _ => patience.Cancel(), patience.Token));

        Assert.Equal("", await left);
    }

    [Fact]
    public async Task A_program_ends_when_what_it_prints_is_not_taken()
    {
        Task<string> left = await HangingAsync();

        await Assert.ThrowsAsync<InvalidDataException>(() => ProgramOutput.ReadAsync(output => Start(Hanging, output), _ => throw new InvalidDataException(), Ct));

        Assert.Equal("", await left);
    }

    // The pipe's other end is the program's, and is closed by its end alone.
    private string Hanging => $"exec 3> {_directory["held"]}; echo hanging; exec sleep 1000";

    private async Task<Task<string>> HangingAsync()
    {
        (await Run.Async("mkfifo", [_directory["held"]])).Ends();
        return Task.Run(() => File.ReadAllText(_directory["held"], Encoding.ASCII), Ct);
    }

    private static ChildProcess Start(string script, SafeFileHandle output) => Spawn.Start(new ProgramStart { Path = "/bin/sh", Arguments = ["sh", "-c", script], Output = output });
}
