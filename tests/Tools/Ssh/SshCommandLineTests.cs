using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Tests.Config;
using Nacre.Tools;
using Nacre.Tools.Ssh;

namespace Nacre.Tests.Tools.Ssh;

public sealed class SshCommandLineTests
{
    /// <summary>The letters of ssh(1)'s synopsis, of OpenSSH 10.5.</summary>
    private const string Letters = "46AaCfGgKkMNnqsTtVvXxYyBbcDEeFIiJLlmOoPpQRSWw";

    [Fact]
    public void Every_flag_of_ssh_is_there()
    {
        Assert.Equal([.. Letters.Order()], SshFlags.Table.Flags.Where(flag => !flag.IsHidden && flag.Word is null).Select(flag => flag.Letter).Order());
        Assert.All(Letters, letter => Assert.Contains(letter, SshFlags.Table.Synopses.SelectMany(way => way.Required + way.Optional)));
    }

    [Theory]
    [InlineData("-4", "addressfamily inet")]
    [InlineData("-6", "addressfamily inet6")]
    [InlineData("-A", "forwardagent yes")]
    [InlineData("-a", "forwardagent no")]
    [InlineData("-B lo", "bindinterface lo")]
    [InlineData("-b 127.0.0.2", "bindaddress 127.0.0.2")]
    [InlineData("-C", "compression yes")]
    [InlineData("-D 1080", "dynamicforward 1080")]
    [InlineData("-f", "forkafterauthentication yes")]
    [InlineData("-f", "stdinnull yes")]
    [InlineData("-g", "gatewayports yes")]
    [InlineData("-I /x.so", "pkcs11provider /x.so")]
    [InlineData("-o PKCS11Provider=/x.so -I /y.so", "pkcs11provider /y.so")]
    [InlineData("-I /x.so -I /y.so -o PKCS11Provider=/z.so", "pkcs11provider /y.so")]
    [InlineData("-J hop", "proxyjump hop")]
    [InlineData("-L 80:a:81", "localforward 80 [a]:81")]
    [InlineData("-l eve", "user eve")]
    [InlineData("-M", "controlmaster true")]
    [InlineData("-MM", "controlmaster ask")]
    [InlineData("-N", "sessiontype none")]
    [InlineData("-N", "requesttty false")]
    [InlineData("-n", "stdinnull yes")]
    [InlineData("-P work", "tag work")]
    [InlineData("-p 2222", "port 2222")]
    [InlineData("-q", "loglevel SILENT")]
    [InlineData("-R 90:b:91", "remoteforward 90 [b]:91")]
    [InlineData("-S /tmp/control", "controlpath /tmp/control")]
    [InlineData("-s", "sessiontype subsystem")]
    [InlineData("-T", "requesttty false")]
    [InlineData("-t", "requesttty true")]
    [InlineData("-tt", "requesttty force")]
    [InlineData("-T -t", "requesttty true")]
    [InlineData("-t -T", "requesttty false")]
    [InlineData("-v", "loglevel DEBUG")]
    [InlineData("-vvvv", "loglevel DEBUG3")]
    [InlineData("-W a:22", "sessiontype none")]
    [InlineData("-W a:22", "exitonforwardfailure yes")]
    [InlineData("-W a:22 -L 80:a:81", "clearallforwardings yes")]
    [InlineData("-W a:22 -o ClearAllForwardings=no -L 80:a:81", "localforward 80 [a]:81")]
    [InlineData("-w 3:any", "tunneldevice 3:any")]
    [InlineData("-w 3:any", "tunnel point-to-point")]
    [InlineData("-X", "forwardx11 yes")]
    [InlineData("-x", "forwardx11 no")]
    [InlineData("-Y", "forwardx11trusted yes")]
    [InlineData("-oPort=9 -p 10", "port 9")]
    public void A_flag_sets_its_keyword(string flags, string line) => Assert.Contains(line, Dump([.. flags.Split(' '), "-G", "host"]));

    [Theory]
    [InlineData("-O check -W a:1", "Cannot specify stdio forward with -O")]
    [InlineData("-W a:1 -O check", "Cannot specify multiplexing command with -W")]
    [InlineData("-W a:1 -W a:2", "stdio forward already specified")]
    [InlineData("-W 1", "Bad stdio forwarding specification '1'")]
    [InlineData("-O check -O exit", "Multiplexing command already specified")]
    [InlineData("-O fly", "Invalid multiplex command.")]
    [InlineData("-y -E /tmp/log", "Can't specify both -y and -E")]
    [InlineData("-N -s", "Cannot specify -s with -N/SessionType")]
    [InlineData("-s -N", "Cannot specify -N with -s/SessionType")]
    [InlineData("-D x", "Bad dynamic forwarding specification 'x'")]
    [InlineData("-w 1:2:3", "Bad tun device '1:2:3'")]
    [InlineData("-w x", "Bad tun device 'x'")]
    [InlineData("-p 65536", "Bad port '65536'")]
    [InlineData("-J a -J b", "Only a single -J option is permitted (use commas to separate multiple jump hops)")]
    public void What_makes_no_sense_is_said_as_OpenSSH_says_it(string flags, string message) =>
        Assert.Equal(message, Assert.Throws<FatalException>(() => SshCommandLine.Parse([.. flags.Split(' '), "host"])).Message);

    [Theory]
    [InlineData("host uname -a", "uname -a")]
    [InlineData("host -p 1 uname -a", "uname -a")]
    [InlineData("-- host -v", "-v")]
    [InlineData("host", "")]
    public void What_follows_the_destination_is_the_command(string line, string command) => Assert.Equal(command, SshCommandLine.Parse(line.Split(' ')).Command);

    [Fact]
    public void A_destination_that_a_shell_would_act_on_is_refused_before_anything_is_expanded_A26()
    {
        foreach (string host in (string[])["-oProxyCommand=x", "a;b", "a`b`", "$(x)", "a b", "a\nb", "ssh://-x", "ssh://a;b", "u;x@host", "-u@host", "ssh://%00@host"])
        {
            Assert.Throws<FatalException>(() => SshCommandLine.Parse(["--", host]));
        }
    }

    [Fact]
    public void W_and_O_are_told_apart_from_keywords()
    {
        Assert.Equal(new ForwardEnd("web", 80, null), SshCommandLine.Parse(["-W", "web:80", "host"]).StdioForward);
        Assert.Equal("stop", SshCommandLine.Parse(["-O", "stop", "host"]).ControlCommand);
        Assert.True(SshCommandLine.Parse(["-y", "host"]).LogsToSystem);
    }

    private static string[] Dump(string[] arguments)
    {
        SshCommandLine line = SshCommandLine.Parse(arguments);
        var diagnostics = new ConfigDiagnostics();
        ClientConfig? config = ClientConfigParser.Load(
            new ClientConfigSource { Files = new MemoryConfigFiles(), Algorithms = ConfigBed.Algorithms, Local = ConfigBed.Local, Host = line.Destination!.Host, CommandLine = line.Options, ConfigFile = "none" },
            diagnostics);
        Assert.Empty(diagnostics.Where(diagnostic => diagnostic.Severity != ConfigSeverity.Debug).Select(diagnostic => diagnostic.Text));
        return [.. config!.Dump()];
    }
}
