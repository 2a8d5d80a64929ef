using Nacre.Tools.Shared;

namespace Nacre.Tests.Tools.Shared;

public sealed class AskpassTests
{
    [Theory]
    [InlineData(null, false, true, false)]
    [InlineData(null, true, true, false)]
    [InlineData(null, true, false, true)]
    [InlineData(null, false, false, false)]
    [InlineData("never", true, false, false)]
    [InlineData("prefer", true, true, true)]
    [InlineData("prefer", false, false, false)]
    [InlineData("FORCE", false, true, true)]
    [InlineData("other", true, false, true)]
    public void It_is_wanted_as_the_manual_says(string? require, bool hasScreen, bool hasTerminal, bool isWanted)
    {
        foreach (string screen in (string[])["DISPLAY", "WAYLAND_DISPLAY"])
        {
            var askpass = new Askpass(name => name == "SSH_ASKPASS_REQUIRE" ? require : name == screen && hasScreen ? ":0" : null);
            Assert.Equal(isWanted, askpass.IsWanted(hasTerminal));
        }
    }

    [Theory]
    [InlineData("echo \"$1\"; echo more", "the question?")]
    [InlineData("printf 'no end'", "no end")]
    [InlineData("printf 'a\\r\\nb'", "a")]
    [InlineData("echo wrong; exit 1", null)]
    [InlineData("kill -9 $$", null)]
    [InlineData("echo", "")]
    public async Task The_first_line_of_a_program_that_succeeds_is_the_answer(string script, string? expected)
    {
        using var directory = new Interop.TemporaryDirectory();
        string program = directory.Write("askpass", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var askpass = new Askpass(name => name == "SSH_ASKPASS" ? program : null);

        byte[]? answer = await askpass.AskAsync("the question?", TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer is null ? null : System.Text.Encoding.UTF8.GetString(answer));
    }

    [Theory]
    [InlineData("echo yes", true)]
    [InlineData("echo YES", true)]
    [InlineData("echo", true)]
    [InlineData("echo no", false)]
    [InlineData("exit 1", false)]
    [InlineData("test \"$SSH_ASKPASS_PROMPT\" = confirm && echo yes", true)]
    public async Task A_confirmation_is_a_yes_or_an_empty_answer_of_a_program_that_knows_what_is_asked(string script, bool isYes)
    {
        using var directory = new Interop.TemporaryDirectory();
        string program = directory.Write("askpass", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var askpass = new Askpass(name => name switch { "SSH_ASKPASS" => program, "SSH_ASKPASS_REQUIRE" => "force", _ => null });
        Assert.Equal(isYes, await askpass.ConfirmAsync("Allow?", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_answer_beyond_the_longest_is_cut_off()
    {
        using var directory = new Interop.TemporaryDirectory();
        string program = directory.Write("askpass", "#!/bin/sh\nhead -c 5000 /dev/zero | tr '\\0' x\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        byte[]? answer = await new Askpass(name => name == "SSH_ASKPASS" ? program : null).AskAsync("?", TestContext.Current.CancellationToken);

        Assert.Equal(Nacre.Unix.Terminal.LongestAnswer, answer!.Length);
    }

    [Fact]
    public async Task A_program_that_is_not_there_gives_no_answer() =>
        Assert.Null(await new Askpass(name => name == "SSH_ASKPASS" ? "/no/such/program" : null).AskAsync("?", TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_program_that_waits_for_a_person_ends_when_the_question_is_put_no_longer()
    {
        using var directory = new Interop.TemporaryDirectory();
        string held = directory["held"];
        (await Interop.Run.Async("mkfifo", [held])).Ends();
        string program = directory.Write("askpass", $"#!/bin/sh\nexec 3> {held}; echo asked >&3; exec sleep 1000\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var question = new CancellationTokenSource();

        Task<byte[]?> asking = new Askpass(name => name == "SSH_ASKPASS" ? program : null).AskAsync("?", question.Token);
        using var reader = new StreamReader(held);
        Assert.Equal("asked", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        await question.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Equal("", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }
}
