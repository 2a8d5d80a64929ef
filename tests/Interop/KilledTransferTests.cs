using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Nacre.Tests.Interop;

/// <summary>L-10: sftp or its server is killed at random points of a transfer, and the next run resumes to an equal file.</summary>
/// <remarks>A hundred points in all, 25 for each direction and victim. NACRE_KILLS raises the number for each.</remarks>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class KilledTransferTests
{
    private const int Size = 48 * 1024 * 1024;

    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("NACRE_KILLS") ?? "25", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("get", "sftp")]
    [InlineData("get", "sftp-server")]
    [InlineData("put", "sftp")]
    [InlineData("put", "sftp-server")]
    public async Task L_10_A_transfer_that_was_killed_is_resumed_to_an_equal_file(string direction, string victim)
    {
        using var directory = new TemporaryDirectory();
        string source = directory.WriteRandom("source", Size);
        string expected = await HashAsync(source);
        string target = directory["target"];
        string batch = directory.Write("batch", $"{direction} -a {source} {target}\n");
        int inMidst = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            File.Delete(target);
            long left = await KillAsync(batch, target, victim, RandomNumberGenerator.GetInt32(Size));
            if (left is > 0 and < Size) inMidst++;

            (await Run.CleanAsync(Requires.PublishedTool("sftp"), Arguments(batch))).Ends();

            Assert.Equal(expected, await HashAsync(target));
        }

        Assert.InRange(inMidst, Kills / 2, Kills);
    }

    private static string[] Arguments(string batch) => ["-q", "-b", batch, "-D", Requires.PublishedTool("sftp-server")];

    /// <summary>Starts the transfer, kills the victim when the target has so many bytes, and tells how many it has after that.</summary>
    private static async Task<long> KillAsync(string batch, string target, string victim, long bytes)
    {
        var start = new ProcessStartInfo(Requires.PublishedTool("sftp"), Arguments(batch)) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process sftp = Process.Start(start) ?? throw new InvalidOperationException("sftp did not start");
        Task<string> output = sftp.StandardOutput.ReadToEndAsync(), error = sftp.StandardError.ReadToEndAsync();
        while (!sftp.HasExited && Length(target) < bytes) Thread.Yield();
        Kill(sftp, victim);
        await sftp.WaitForExitAsync().WaitAsync(Run.Limit);
        _ = await output + await error;
        return Length(target);
    }

    private static void Kill(Process sftp, string victim)
    {
        if (victim == "sftp")
        {
            sftp.Kill();
            return;
        }

        foreach (string task in Tasks(sftp.Id))
        {
            foreach (string child in Children(task))
            {
                try
                {
                    using Process server = Process.GetProcessById(int.Parse(child, CultureInfo.InvariantCulture));
                    server.Kill();
                }
                catch (ArgumentException)
                {
                    // The transfer was over already.
                }
            }
        }
    }

    private static string[] Tasks(int process)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{process}/task");
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static string[] Children(string task)
    {
        try
        {
            return File.ReadAllText(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static long Length(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }

    private static async Task<string> HashAsync(string path)
    {
        await using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
    }
}
