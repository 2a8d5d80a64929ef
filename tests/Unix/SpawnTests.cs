using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class SpawnTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_program_ignores_interrupts_where_it_is_to_and_nothing_else(bool ignores)
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (writing)
        {
            Spawn.Start(new ProgramStart { Path = "/bin/grep", Arguments = ["grep", "SigIgn", "/proc/self/status"], Output = writing, IgnoresInterrupts = ignores });
        }

        using var output = new StreamReader(new DescriptorStream(reading));
        Assert.Equal($"SigIgn:\t{(ignores ? 2 : 0):x16}\n", await output.ReadToEndAsync());
    }

    [Fact]
    public async Task A_program_gets_its_arguments_and_environment_byte_for_byte()
    {
        var environment = new CStrings { "A=1" };
        environment.Add([(byte)'B', (byte)'=', 0xff, 0xfe]);
        byte[] output = await OutputOfAsync(new CStrings { "sh", "-c", "printf '%s|%s|%s' \"$A\" \"$B\" \"$0\"", "näme" }, environment: environment);

        Assert.Equal([(byte)'1', (byte)'|', 0xff, 0xfe, (byte)'|', .. "näme"u8], output);
    }

    [Fact]
    public async Task A_program_has_the_descriptors_it_is_given_and_no_others()
    {
        (SafeFileHandle first, SafeFileHandle second) = Descriptors.CreateSocketPair();
        using (first)
        using (second)
        {
            byte[] output = await OutputOfAsync(new CStrings { "sh", "-c", "cd /proc/self/fd && echo *" }, extra: [second, first]);

            // The shell itself opens one to read the directory.
            string[] numbers = System.Text.Encoding.ASCII.GetString(output).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(["0", "1", "2", "3", "4"], numbers.Take(5));
            Assert.InRange(numbers.Length, 5, 6);
        }
    }

    [Fact]
    public async Task Descriptors_whose_numbers_are_wanted_by_others_arrive_in_the_right_places()
    {
        // Our standard output becomes the child's 3 while a pipe becomes its standard output: each is overwritten by another.
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        ChildProcess child;
        using (writing)
        using (SafeFileHandle two = Descriptors.Inherited(2))
        using (SafeFileHandle one = Descriptors.Inherited(1))
        {
            child = Spawn.Start(new ProgramStart
            {
                Path = "/bin/sh",
                Arguments = new CStrings { "sh", "-c", "readlink /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3 /proc/self/fd/4" },
                Output = writing,
                Error = one,
                Extra = [two, writing],
            });
        }
        await using var stream = new DescriptorStream(reading);
        string[] links = (await new StreamReader(stream).ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, (await child.Exited).Status);
        Assert.Equal(new FileInfo("/proc/self/fd/1").LinkTarget, links[1]);
        Assert.Equal(new FileInfo("/proc/self/fd/2").LinkTarget, links[2]);
        Assert.Equal(links[0], links[3]);
    }

    [Fact]
    public async Task Signals_are_at_their_default_and_unblocked()
    {
        byte[] output = await OutputOfAsync(new CStrings { "cat", "/proc/self/status" }, "/bin/cat");

        string[] lines = System.Text.Encoding.ASCII.GetString(output).Split('\n');
        Assert.All((string[])["SigBlk", "SigIgn", "SigCgt"], name => Assert.Contains($"{name}:\t0000000000000000", lines));
    }

    [Fact]
    public async Task The_soft_limit_of_open_files_is_the_one_this_process_was_started_with()
    {
        (ulong soft, _) = OpenFileLimit.Current;
        byte[] output = await OutputOfAsync(new CStrings { "sh", "-c", "ulimit -Sn" });

        Assert.Equal(OpenFileLimit.Inherited, ulong.Parse(output, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(soft, OpenFileLimit.Current.Soft);
    }

    [Fact]
    public async Task A_program_starts_in_its_directory()
    {
        byte[] output = await OutputOfAsync(new CStrings { "pwd" }, "/bin/pwd", directory: "/usr/lib");

        Assert.Equal("/usr/lib\n"u8.ToArray(), output);
        Assert.True(Spawn.CanEnter("/usr/lib"));
        Assert.False(Spawn.CanEnter("/usr/nowhere"));
        Assert.False(Spawn.CanEnter("/etc/passwd"));
    }

    [Fact]
    public void A_program_that_is_not_there_is_an_error_that_names_it()
    {
        UnixException error = Assert.Throws<UnixException>(
            () => Spawn.Start(new ProgramStart { Path = "/bin/no-such-thing", Arguments = ["x"] }));

        Assert.Equal(Errno.ENOENT, error.Errno);
        Assert.Equal("start /bin/no-such-thing: No such file or directory", error.Message);
    }

    [Fact]
    public async Task A_program_without_a_slash_is_looked_for_in_the_path()
    {
        ChildProcess child = Spawn.Start(new ProgramStart { Path = "true", Arguments = ["true"], IsSearched = true });

        Assert.Equal(new ChildExit(0, UnixSignal.None, false), await child.Exited);
    }

    [Fact]
    public void A_nul_in_an_argument_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new CStrings { "a\0b" });
    }

    [Fact]
    public void Environment_variables_are_set_found_and_removed_by_their_whole_name()
    {
        var environment = new CStrings { "PATH=/bin", "PATHS=x" };
        environment.Set("PATH", "/usr/bin");
        environment.Remove("PATH_");

        Assert.Equal("/usr/bin", environment.Find("PATH"));
        Assert.Equal("x", environment.Find("PATHS"));
        Assert.Null(environment.Find("PAT"));
        Assert.Equal(2, environment.Count);
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), CStrings.OwnEnvironment().Find("PATH"));
    }

    private static async Task<byte[]> OutputOfAsync(
        CStrings arguments, string path = "/bin/sh", CStrings? environment = null, string? directory = null, IReadOnlyList<SafeHandle>? extra = null)
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        ChildProcess child;
        using (writing)
        {
            child = Spawn.Start(new ProgramStart
            {
                Path = path,
                Arguments = arguments,
                Environment = environment,
                WorkingDirectory = directory,
                Output = writing,
                Extra = extra ?? [],
            });
        }
        await using var stream = new DescriptorStream(reading);
        var output = new MemoryStream();
        await stream.CopyToAsync(output);
        Assert.Equal(0, (await child.Exited).Status);
        return output.ToArray();
    }
}
