using Nacre.Tools;
using Nacre.Tools.Scp;

namespace Nacre.Tests.Tools.Scp;

public sealed class ScpSettingsTests
{
    private const string Usage = """
        usage: scp [-346ABCOpqRrsTv] [-a|--resume] [-c cipher] [-D sftp_server_path]
                   [-F ssh_config] [-i identity_file] [-J destination] [-l limit]
                   [-o ssh_option] [-P port] [-S program] [-X sftp_option] source ...
                   target

        """;

    [Fact]
    public void The_usage_is_OpenSSHs_with_resume() => Assert.Equal(Usage.ReplaceLineEndings("\n"), ScpFlags.Table.Usage);

    [Theory]
    [InlineData("-P x a b", "bad port \"x\"")]
    [InlineData("-P 0 a b", "bad port \"0\"")]
    [InlineData("-P 65536 a b", "bad port \"65536\"")]
    [InlineData("-X buffer=x a b", "Invalid buffer size \"x\": Invalid argument")]
    [InlineData("-X buffer=0 a b", "Invalid buffer size \"0\": Invalid argument")]
    [InlineData("-X buffer=257K a b", "Invalid buffer size \"257K\": Invalid argument")]
    [InlineData("-X nrequests=0 a b", "Invalid number of requests \"0\": too small")]
    [InlineData("-X nrequests=262145 a b", "Invalid number of requests \"262145\": too large")]
    [InlineData("-X nrequests=x a b", "Invalid number of requests \"x\": invalid")]
    [InlineData("-X foo a b", "Invalid -X option")]
    [InlineData("-1 a b", "SSH protocol v.1 is no longer supported")]
    public void A_value_that_cannot_be_is_refused_in_the_words_of_OpenSSH(string line, string message)
    {
        FatalException error = Assert.Throws<FatalException>(() => ScpSettings.Parse(line.Split(' ')));
        Assert.Equal((message, 255), (error.Message, error.Status));
    }

    [Theory]
    [InlineData("-l 0 a b")]
    [InlineData("-l 104857601 a b")]
    [InlineData("-l x a b")]
    [InlineData("a")]
    [InlineData("-Z a b")]
    public void What_makes_no_sense_is_answered_with_the_usage(string line) => Assert.Throws<UsageException>(() => ScpSettings.Parse(line.Split(' ')));

    [Fact]
    public void Values_are_taken_in_their_units()
    {
        ScpSettings settings = ScpSettings.Parse(["-O", "-l", "8", "-X", "buffer=64k", "-X", "nrequests=7", "-P", "22", "-2", "a", "b"]);
        Assert.Equal((1024L, 65536, 7), (settings.Copies.MaxBytesPerSecond, settings.Copies.RequestBytes, settings.Copies.RequestsInFlight));
        Assert.True(settings.IsLegacy);
        Assert.False(settings.TargetIsDirectory);
    }

    [Theory]
    [InlineData("-rpv a b", "scp -v -r -p")]
    [InlineData("a b c", "scp -d")]
    [InlineData("a b", "scp")]
    public void The_other_scp_is_called_as_OpenSSH_calls_it(string line, string call) => Assert.Equal(call, ScpSettings.Parse(line.Split(' ')).RemoteCall);

    [Theory]
    [InlineData("-r a b", "scp --resume -r a b")]
    [InlineData("--resume a b", "scp --resume a b")]
    [InlineData("host:it's$x b", @"scp --resume 'host:it'\''s$x' b")]
    public void The_command_that_goes_on_is_the_same_with_resume(string line, string command) => Assert.Equal(command, ScpSettings.Parse(line.Split(' ')).ResumeCommand);

    [Theory]
    [InlineData("-t dir", "Sink")]
    [InlineData("-rpdt -- -dir", "Sink")]
    [InlineData("-f a b", "Source")]
    [InlineData("-O a b", "User")]
    public void The_hidden_flags_make_it_the_other_side(string line, string role) => Assert.Equal(role, ScpSettings.Parse(line.Split(' ')).Role.ToString());
}
