using System.Text;
using Nacre.Config;
using Nacre.Config.Values;

namespace Nacre.Tests.Config;

/// <summary>A-26, A-27: what a shell or another program could act on is refused before anything is expanded.</summary>
public class HostileNameTests
{
    private const string Pieces = "abz019.-_@:%\\/'`\"$;&<>|(){},*?! \t\n\r\0\u001b\u007f\u0085~#=[]\u00e9";

    private static readonly char[] ForHosts = ['\'', '`', '"', '$', '\\', ';', '&', '<', '>', '|', '(', ')', '{', '}', ','];

    [Fact]
    public void A_26_Of_100_000_names_none_reaches_a_command_with_a_sign_that_a_shell_knows()
    {
#pragma warning disable CA5394 // A fixed sequence, so that a failure can be repeated.
        var random = new Random(26);
        int accepted = 0;
        for (int i = 0; i < 100_000; i++)
        {
            var name = new StringBuilder();
            for (int length = random.Next(1, 7); name.Length < length;)
                name.Append(Pieces[random.Next(random.Next(4) == 0 ? Pieces.Length : 12)]);
#pragma warning restore CA5394
            string text = name.ToString();
            bool isHost = Destination.TryParse(text, out Destination? destination, out _, "ssh");
            if (isHost)
            {
                accepted++;
                AssertHarmless(destination!);
            }

            if (JumpHosts.TryParse(text, out IReadOnlyList<Destination> machines))
                Assert.All(machines, AssertHarmless);
            if (Destination.TryParse("ssh://" + text, out Destination? named, out _, "ssh"))
                AssertHarmless(named!);
        }

        Assert.InRange(accepted, 1000, 100_000);
    }

    private static void AssertHarmless(Destination destination)
    {
        Assert.False(destination.Host.StartsWith('-') || destination.Host.IndexOfAny(ForHosts) >= 0 || destination.Host.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)), destination.Host);
        if (destination.User is { } user)
            Assert.False(user.StartsWith('-') || user.EndsWith('\\') || user.IndexOfAny(['\'', '`', '"', '$', ';', '&', '<', '>', '|', '(', ')', '{', '}']) >= 0 || user.Any(char.IsControl), user);
    }

    [Theory]
    [InlineData("$(id)")]
    [InlineData("-oProxyCommand=id")]
    [InlineData("a`id`")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a b")]
    public void A_host_is_refused_before_a_line_of_a_file_is_read(string host)
    {
        List<string> commands = [];
        var diagnostics = new ConfigDiagnostics();
        Assert.Null(ConfigBed.Client("Match exec \"echo %h %n\"\nPort 1\n", diagnostics, host, exec: command =>
        {
            commands.Add(command);
            return true;
        }));
        Assert.Empty(commands);
        Assert.Equal("hostname contains invalid characters", Assert.Single(diagnostics).Text);
    }

    [Theory]
    [InlineData("$(id)")]
    [InlineData("-x")]
    [InlineData("a;b")]
    [InlineData("a\\")]
    [InlineData("\u001b[2J")]
    [InlineData("${HOME}")]
    public void A_user_of_the_command_line_is_refused_before_a_line_of_a_file_is_read(string user)
    {
        List<string> commands = [];
        var commandLine = new CommandLineOptions();
        commandLine.Set(ClientKeywords.User, user);
        var files = new MemoryConfigFiles { ["/home/alice/.ssh/config"] = "Match exec \"echo %r\"\nPort 1\n" };
        var diagnostics = new ConfigDiagnostics();
        Assert.Null(ClientConfigParser.Load(new ClientConfigSource
        {
            Files = files,
            Algorithms = ConfigBed.Algorithms,
            Local = ConfigBed.Local,
            Host = "host",
            CommandLine = commandLine,
            MatchExec = command =>
            {
                commands.Add(command);
                return true;
            },
        }, diagnostics));
        Assert.Empty(commands);
        Assert.Equal("remote username contains invalid characters", Assert.Single(diagnostics).Text);
    }
}
