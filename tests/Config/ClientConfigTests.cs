using Nacre.Config;
using Nacre.Config.Files;
using Nacre.Config.Values;

namespace Nacre.Tests.Config;

public class ClientConfigTests
{
    [Fact]
    public void Nothing_said_gives_the_defaults()
    {
        ClientConfig config = ConfigBed.GoodClient("", "HOST.example.com");
        Assert.Equal("HOST.example.com", config.OriginalHost);
        Assert.Equal("host.example.com", config.Hostname);
        Assert.Equal("alice", config.User);
        Assert.Equal(22, config.Port);
        Assert.Equal(HostKeyChecking.Ask, config.StrictHostKeyChecking);
        Assert.Equal(["/home/alice/.ssh/known_hosts", "/home/alice/.ssh/known_hosts2"], config.UserKnownHostsFiles);
        Assert.Equal(["/home/alice/.ssh/id_rsa", "/home/alice/.ssh/id_ecdsa", "/home/alice/.ssh/id_ecdsa_sk", "/home/alice/.ssh/id_ed25519", "/home/alice/.ssh/id_ed25519_sk"], config.IdentityFiles);
        Assert.False(config.HasOwnIdentityFiles);
        Assert.Equal("/run/agent", config.IdentityAgent);
        Assert.Equal('~', config.EscapeChar);
        Assert.Null(config.ConnectTimeout);
        Assert.Equal(ConfigBed.Algorithms.Ciphers.Defaults, config.Ciphers);
        Assert.Empty(config.LocalForwards);
    }

    [Fact]
    public void The_first_value_wins_and_the_command_line_comes_before_the_users_file_and_that_before_the_systems()
    {
        var diagnostics = new ConfigDiagnostics();
        ClientConfig? config = ConfigBed.Client("Port 1\nPort 2\nUser file\n", diagnostics, options: ["User=line", "User=later"],
            systemFile: "Port 3\nBatchMode yes\nUser system\n");
        Assert.Equal((1, "line", true), (config!.Port, config.User, config.BatchMode));
    }

    [Fact]
    public void A_flag_comes_before_what_is_said_after_it()
    {
        var commandLine = new CommandLineOptions();
        commandLine.Add("Port=5");
        commandLine.Set(ClientKeywords.Port, 6);
        commandLine.Set(ClientKeywords.IdentityFile, ["one"]);
        commandLine.Add("IdentityFile=two");
        commandLine.Set(ClientKeywords.IdentityFile, ["three", "one"]);
        ClientConfig? config = ClientConfigParser.Load(new ClientConfigSource
        {
            Files = new MemoryConfigFiles(),
            Algorithms = ConfigBed.Algorithms,
            Local = ConfigBed.Local,
            Host = "h",
            CommandLine = commandLine,
        }, new ConfigDiagnostics());
        Assert.Equal(5, config!.Port);
        Assert.Equal(["one", "two", "three"], config.IdentityFiles);
    }

    [Theory]
    [InlineData("Host host*", true)]
    [InlineData("Host other host.*", true)]
    [InlineData("Host *,host*", false)]
    [InlineData("Host !host.example.com *", false)]
    [InlineData("Host !other *", true)]
    [InlineData("Host !other", false)]
    [InlineData("Host HOST.*", false)]
    [InlineData("Match host HOST.*", true)]
    [InlineData("Match host=host.*", true)]
    [InlineData("Match host = host.*", true)]
    [InlineData("Match all", true)]
    [InlineData("Match !all", false)]
    [InlineData("Match host *.com,!host.*", false)]
    [InlineData("Match !host other user alice", true)]
    [InlineData("Match user bob", false)]
    [InlineData("Match localuser al* originalhost host*", true)]
    [InlineData("Match tagged \"\"", true)]
    [InlineData("Match tagged *", true)]
    [InlineData("Match command \"\"", true)]
    [InlineData("Match command *", true)]
    [InlineData("Match command ls", false)]
    [InlineData("Match sessiontype shell", true)]
    [InlineData("Match sessiontype exec,subsystem,none", false)]
    [InlineData("Match version Nacre_*", true)]
    [InlineData("Match !version OpenSSH_*", true)]
    [InlineData("Match localnetwork 192.0.2.0/24", true)]
    [InlineData("Match localnetwork 198.51.100.0/24,2001:db8::/32", true)]
    [InlineData("Match localnetwork 198.51.100.0/24", false)]
    [InlineData("Match localnetwork 192.0.2.7", true)]
    [InlineData("Match canonical", false)]
    [InlineData("Match !canonical", true)]
    [InlineData("Match host host* all # comment", true)]
    public void A_block_applies_when_its_host_or_criteria_fit(string block, bool applies)
    {
        var diagnostics = new ConfigDiagnostics();
        ClientConfig? config = ConfigBed.Client($"{block}\n  Port 99\n", diagnostics);
        Assert.Equal(applies ? 99 : 22, config!.Port);
    }

    [Fact]
    public void Match_sees_what_was_set_before_it()
    {
        ClientConfig config = ConfigBed.GoodClient("""
            Hostname real-%h
            Match host real-*
              User bob
            Match user bob
              Tag t
            Match tagged t originalhost host.example.com
              Port 99
            """);
        Assert.Equal(("real-host.example.com", "bob", 99), (config.Hostname, config.User, config.Port));
    }

    [Fact]
    public void Match_final_is_asked_once_more_after_all_files()
    {
        ClientConfig config = ConfigBed.GoodClient("Match final user bob\n  Port 99\nMatch all\n  User bob\nSendEnv A\nIdentityFile x\n");
        Assert.Equal(99, config.Port);
        Assert.Equal(["A"], config.SendEnv);
        Assert.Equal(["x"], config.IdentityFiles);
    }

    [Fact]
    public void Match_exec_runs_the_expanded_command_unless_the_line_has_failed_already()
    {
        List<string> commands = [];
        ClientConfig? config = ConfigBed.Client("Match user bob exec \"never\"\nPort 1\nMatch exec \"test %h:%p %%\"\nPort 2\nMatch !exec no\nUser u\n",
            new ConfigDiagnostics(), exec: command =>
            {
                commands.Add(command);
                return command != "no";
            });
        Assert.Equal(["test host.example.com:22 %", "no"], commands);
        Assert.Equal((2, "u"), (config!.Port, config.User));
    }

    [Fact]
    public void Match_exec_is_refused_where_nothing_can_run_it() =>
        Assert.Equal("/home/alice/.ssh/config line 1: Match exec is not available here; remove the criterion",
            ConfigBed.ClientComplaints("Match exec true\nPort 1\n")[0]);

    [Theory]
    [InlineData("Port x", "/home/alice/.ssh/config line 1: Bad port 'x'.")]
    [InlineData("Port 0", "/home/alice/.ssh/config line 1: Bad port '0'.")]
    [InlineData("Port 1 2", "/home/alice/.ssh/config line 1: keyword port extra arguments at end of line")]
    [InlineData("Port", "/home/alice/.ssh/config line 1: no argument after keyword \"port\"")]
    [InlineData("User \"a", "/home/alice/.ssh/config line 1: invalid quotes")]
    [InlineData("User \"\"", "/home/alice/.ssh/config line 1: Missing argument.")]
    [InlineData("Foo bar", "/home/alice/.ssh/config: line 1: Bad configuration option: foo")]
    [InlineData("BatchMode maybe", "/home/alice/.ssh/config line 1: unsupported option \"maybe\".")]
    [InlineData("LogLevel foo", "/home/alice/.ssh/config line 1: unsupported log level 'foo'")]
    [InlineData("ConnectTimeout 1x", "/home/alice/.ssh/config line 1: invalid time value.")]
    [InlineData("RekeyLimit 10", "/home/alice/.ssh/config line 1: RekeyLimit too small")]
    [InlineData("RekeyLimit 10x", "/home/alice/.ssh/config line 1: Bad number '10x': Invalid argument")]
    [InlineData("ServerAliveCountMax 99999999999", "/home/alice/.ssh/config line 1: integer value too large.")]
    [InlineData("RequiredRSASize -1", "/home/alice/.ssh/config line 1: integer value too small.")]
    [InlineData("NumberOfPasswordPrompts a", "/home/alice/.ssh/config line 1: integer value invalid.")]
    [InlineData("Ciphers aes128-ctr,foo", "/home/alice/.ssh/config line 1: Bad SSH2 cipher spec 'aes128-ctr,foo'.")]
    [InlineData("Ciphers aes*", "/home/alice/.ssh/config line 1: Bad SSH2 cipher spec 'aes*'.")]
    [InlineData("MACs foo", "/home/alice/.ssh/config line 1: Bad SSH2 MAC spec 'foo'.")]
    [InlineData("HostKeyAlgorithms foo", "/home/alice/.ssh/config line 1: Bad key types 'foo'.")]
    [InlineData("FingerprintHash foo", "/home/alice/.ssh/config line 1: Invalid hash algorithm \"foo\".")]
    [InlineData("EscapeChar foo", "/home/alice/.ssh/config line 1: Bad escape character.")]
    [InlineData("LocalForward 80", "/home/alice/.ssh/config line 1: Missing target argument.")]
    [InlineData("LocalForward 80 foo", "/home/alice/.ssh/config line 1: Bad forwarding specification.")]
    [InlineData("SendEnv a=b", "/home/alice/.ssh/config line 1: Invalid environment name.")]
    [InlineData("SetEnv a", "/home/alice/.ssh/config line 1: Invalid SetEnv.")]
    [InlineData("Match foo bar", "Unsupported Match attribute foo")]
    [InlineData("Match host", "Missing Match criteria for host")]
    [InlineData("Match all host x", "/home/alice/.ssh/config line 1: 'all' cannot be combined with other Match attributes")]
    [InlineData("UserKnownHostsFile none a", "/home/alice/.ssh/config line 1: keyword userknownhostsfile \"none\" argument must appear alone.")]
    [InlineData("ConnectionAttempts 0", "Invalid number of ConnectionAttempts")]
    [InlineData("Hostname a;b", "/home/alice/.ssh/config line 1: hostname contains invalid characters")]
    [InlineData("Hostname %u", "/home/alice/.ssh/config line 1: keyword hostname: unknown key %u; write %% for a percent sign")]
    [InlineData("IdentityAgent %z", "/home/alice/.ssh/config line 1: keyword identityagent: unknown key %z; write %% for a percent sign")]
    [InlineData("IdentityFile ${NONE}/x", "/home/alice/.ssh/config line 1: keyword identityfile: env var ${NONE} has no value")]
    [InlineData("IdentityFile ${NONE", "/home/alice/.ssh/config line 1: keyword identityfile: environment variable 'NONE' missing closing '}'")]
    [InlineData("UserKnownHostsFile ~nobody/x", "/home/alice/.ssh/config line 1: keyword userknownhostsfile: No such user nobody")]
    [InlineData("RemoteCommand 100%", "/home/alice/.ssh/config line 1: keyword remotecommand: a % stands at the end; write %% for a percent sign")]
    public void A_wrong_line_is_named_with_what_is_wrong(string line, string complaint) =>
        Assert.Equal(complaint, ConfigBed.ClientComplaints(line)[0]);

    [Fact]
    public void All_wrong_lines_are_told_before_the_end() =>
        Assert.Equal([
            "/home/alice/.ssh/config: line 1: Bad configuration option: foo",
            "/home/alice/.ssh/config line 3: Bad port 'x'.",
            "/home/alice/.ssh/config: line 5: Bad configuration option: bar",
            "/home/alice/.ssh/config: terminating, 3 bad configuration options",
        ], ConfigBed.ClientComplaints("Foo 1\nUser u\nPort x\nHost other\nBar 2\n"));

    [Theory]
    [InlineData("Foo=1", "command-line: line 0: Bad configuration option: foo")]
    [InlineData("Host=x", "Host directive not supported as a command-line option")]
    [InlineData("Match all", "Host directive not supported as a command-line option")]
    [InlineData("Include=x", "Include directive not supported as a command-line option")]
    [InlineData("User=-x", "remote username contains invalid characters")]
    [InlineData("Port=22#c", "command-line line 0: Bad port '22#c'.")]
    public void A_wrong_option_is_named(string option, string complaint) =>
        Assert.Equal([complaint], ConfigBed.ClientComplaints("", option));

    [Fact]
    public void A_keyword_of_the_past_is_warned_of_where_it_would_have_done_something() =>
        Assert.Equal(
            ["/home/alice/.ssh/config line 4: Unsupported option \"afstokenpassing\""],
            ConfigBed.ClientComplaints("SecurityKeyProvider internal\nUseRoaming yes\nProtocol 2\nAFSTokenPassing no\n"));

    [Theory]
    [InlineData("", null)]
    [InlineData("PKCS11Provider none\nPKCS11Provider /x.so", null)]
    [InlineData("PKCS11Provider NONE", null)]
    [InlineData("SmartcardDevice ~/%h/${HOME}/x.so\nPKCS11Provider /y.so", "~/%h/${HOME}/x.so")]
    public void The_library_of_tokens_is_a_path_as_it_stands_or_none(string text, string? library) => Assert.Equal(library, ConfigBed.GoodClient(text).PKCS11Provider);

    [Fact]
    public void A_value_that_holds_anyway_is_no_reason_to_warn() =>
        Assert.Empty(ConfigBed.ClientComplaints("PKCS11Provider none\nSecurityKeyProvider internal\nGSSAPIAuthentication yes\n"));

    [Theory]
    [InlineData("ProxyJump a\nProxyCommand c", "a", null)]
    [InlineData("ProxyCommand c\nProxyJump a", null, "c")]
    [InlineData("ProxyJump none\nProxyCommand c", null, "c")]
    [InlineData("ProxyCommand none\nProxyJump a", null, null)]
    [InlineData("ProxyJump None\nProxyJump a", null, null)]
    [InlineData("ProxyJump a,u@b:23,ssh://c:24\nProxyJump d", "a,u@b:23,ssh://c:24", null)]
    public void Of_ProxyJump_and_ProxyCommand_the_first_counts(string lines, string? jump, string? command)
    {
        ClientConfig config = ConfigBed.GoodClient(lines + "\n");
        Assert.Equal((jump, command), (config.ProxyJump, config.ProxyCommand));
    }

    [Theory]
    [InlineData("u@a:22,[::1]:23,ssh://v@c:24", "u@a:22 @::1:23 v@c:24")]
    [InlineData("a", "@a:")]
    public void The_machines_of_ProxyJump_are_read(string text, string expected)
    {
        Assert.True(JumpHosts.TryParse(text, out IReadOnlyList<Destination> hosts));
        Assert.Equal(expected, string.Join(' ', hosts.Select(host => $"{host.User}@{host.Host}:{host.Port}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,")]
    [InlineData("a,,b")]
    [InlineData("-x")]
    [InlineData("u@-x")]
    [InlineData("-u@x")]
    [InlineData("u@a:0")]
    [InlineData("a:65536")]
    [InlineData("a;b")]
    [InlineData("[::1")]
    [InlineData("ssh://a/path")]
    [InlineData("$(x)@a")]
    public void A_malformed_machine_of_ProxyJump_is_refused(string text) => Assert.False(JumpHosts.TryParse(text, out _));

    [Fact]
    public void Unknown_keywords_that_are_announced_are_ignored() =>
        Assert.Empty(ConfigBed.ClientComplaints("IgnoreUnknown F*,b*\nFoo 1\nbar 2\n"));

    [Fact]
    public void A_tab_or_escape_in_a_message_is_made_visible() =>
        Assert.Equal("command-line line 0: Bad port '\\033]0;x\\007'.", ConfigBed.ClientComplaints("", "Port=\u001b]0;x\u0007")[0]);

    [Fact]
    public void Lists_grow_where_the_manual_says_so()
    {
        ClientConfig config = ConfigBed.GoodClient("""
            IdentityFile ~/a%h
            IdentityFile "b c"
            IdentityFile ~/a%h
            LocalForward 80 a:1
            LocalForward 80 a:1
            LocalForward /run/%u.sock ${HOME}/mine
            RemoteForward 9
            SendEnv LANG LC_*
            SendEnv FOO -LANG
            SetEnv A=1 B="2 3" A=4
            SetEnv C=5
            UserKnownHostsFile ~/x%h ${HOME}/b "c d"
            UserKnownHostsFile other
            """);
        Assert.Equal(["/home/alice/ahost.example.com", "b c"], config.IdentityFiles);
        Assert.Equal(["80 [a]:1", "/run/alice.sock /home/alice/mine"], config.LocalForwards.Select(f => f.ToString()));
        Assert.Equal(["9 [socks]:0"], config.RemoteForwards.Select(f => f.ToString()));
        Assert.Equal(["LC_*", "FOO"], config.SendEnv);
        Assert.Equal([new("A", "1"), new("B", "2 3")], config.SetEnv);
        Assert.Equal(["/home/alice/xhost.example.com", "/home/alice/b", "c d"], config.UserKnownHostsFiles);
        Assert.Contains("identityfile ~/a%h", config.Dump());
        Assert.Contains("userknownhostsfile /home/alice/xhost.example.com /home/alice/b c d", config.Dump());
    }

    [Fact]
    public void None_empties_a_list()
    {
        ClientConfig config = ConfigBed.GoodClient("IdentityFile none\nUserKnownHostsFile none\nIdentityAgent none\nRemoteCommand none\nEscapeChar none\nLocalForward 1 a:2\nClearAllForwardings yes\n");
        Assert.Empty(config.IdentityFiles);
        Assert.Empty(config.UserKnownHostsFiles);
        Assert.Empty(config.LocalForwards);
        Assert.Null(config.IdentityAgent);
        Assert.Null(config.RemoteCommand);
        Assert.Null(config.EscapeChar);
    }

    [Theory]
    [InlineData("+3des-cbc", "chacha20,aes128-gcm,aes128-ctr,3des-cbc")]
    [InlineData("-aes*", "chacha20")]
    [InlineData("-unknown", "chacha20,aes128-gcm,aes128-ctr")]
    [InlineData("^aes128-ctr,3des-cbc", "aes128-ctr,3des-cbc,chacha20,aes128-gcm")]
    [InlineData("aes128-ctr,3des-cbc,aes128-ctr", "aes128-ctr,3des-cbc")]
    public void A_list_of_algorithms_changes_the_defaults(string list, string expected) =>
        Assert.Equal(expected, string.Join(',', ConfigBed.GoodClient($"Ciphers {list}").Ciphers));

    [Theory]
    [InlineData("ecdsa-*", "ecdsa-256,ecdsa-384")]
    [InlineData("+ecdsa-*", "ed,ecdsa-256,ecdsa-384")]
    [InlineData("^rsa", "rsa,ed,ecdsa-256")]
    public void Key_algorithms_may_be_patterns(string list, string expected) =>
        Assert.Equal(expected, string.Join(',', ConfigBed.GoodClient($"HostKeyAlgorithms {list}").HostKeyAlgorithms));

    [Theory]
    [InlineData("$MINE", "/run/mine")]
    [InlineData("${MINE}", "/run/mine")]
    [InlineData("SSH_AUTH_SOCK", "/run/agent")]
    [InlineData("~/%r-%p", "/home/alice/alice-22")]
    [InlineData("~bob/x", "/home/bob/x")]
    [InlineData("%n%k%u%d%i%l%L%%", "host.example.comhost.example.comalice/home/alice1000box.example.orgbox%")]
    public void Tokens_variables_and_homes_are_expanded(string agent, string expected) =>
        Assert.Equal(expected, ConfigBed.GoodClient($"IdentityAgent {agent}").IdentityAgent);

    [Fact]
    public void Commands_keep_their_quotes_and_comments()
    {
        ClientConfig config = ConfigBed.GoodClient("ProxyCommand = nc \"a b\" %h # x  \nRemoteCommand  echo '#' 'q'  \n");
        Assert.Equal("nc \"a b\" host.example.com # x", config.ProxyCommand);
        Assert.Equal("echo '#' 'q'", config.RemoteCommand);
    }

    [Fact]
    public void Included_files_are_sorted_start_at_home_and_do_not_change_the_block()
    {
        var files = new MemoryConfigFiles
        {
            ["/home/alice/.ssh/d/2.conf"] = "Port 2\nHost other\n",
            ["/home/alice/.ssh/d/1.conf"] = "Port 1\nUser included\n",
            ["/home/alice/more"] = "BatchMode yes\n",
            ["/etc/ssh/sys.conf"] = "StdinNull yes\n",
        };
        var diagnostics = new ConfigDiagnostics();
        ClientConfig? config = ConfigBed.Client("Include d/*.conf ~/more missing\nGatewayPorts yes\n", diagnostics, files: files, systemFile: "Include sys.conf\n");
        Assert.Equal((1, "included", true, true, true), (config!.Port, config.User, config.BatchMode, config.GatewayPorts, config.StdinNull));
    }

    [Fact]
    public void A_file_included_in_a_block_that_does_not_apply_is_only_checked()
    {
        var files = new MemoryConfigFiles { ["/f"] = "Port 1\nHost *\nUser u\nMatch all\nUser u\n" };
        ClientConfig? config = ConfigBed.Client("Host other\nInclude /f\nStdinNull yes\nHost *\nBatchMode yes\n", new ConfigDiagnostics(), files: files);
        Assert.Equal((22, "alice", false, true), (config!.Port, config.User, config.StdinNull, config.BatchMode));
    }

    [Theory]
    [InlineData(FileParsing.MaxDepth, true)]
    [InlineData(FileParsing.MaxDepth + 1, false)]
    public void Files_may_include_each_other_to_a_limit(int depth, bool isGood)
    {
        var files = new MemoryConfigFiles();
        for (int i = 1; i < depth; i++)
            files[$"/f{i}"] = $"Include /f{i + 1}\n";
        files[$"/f{depth}"] = "Port 99\n";
        var diagnostics = new ConfigDiagnostics();
        ClientConfig? config = ConfigBed.Client("Include /f1\n", diagnostics, files: files);
        Assert.Equal(isGood ? 99 : null, config?.Port);
        Assert.Equal(!isGood, diagnostics.Any(d => d.Text.EndsWith(" line 1: Too many recursive configuration includes", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_file_that_includes_itself_ends()
    {
        var files = new MemoryConfigFiles { ["/f"] = "Include /f /f\n" };
        var diagnostics = new ConfigDiagnostics();
        Assert.Null(ConfigBed.Client("Include /f\n", diagnostics, files: files));
        Assert.Contains(diagnostics, d => d.Text.EndsWith(" line 1: Too many recursive configuration includes", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData((int)ConfigReadStatus.NotRegular, "not a regular file")]
    [InlineData((int)ConfigReadStatus.TooLarge, "larger than 1048576 bytes")]
    [InlineData((int)ConfigReadStatus.Denied, "Permission denied")]
    public void A_file_that_cannot_be_read_ends_the_reading(int status, string complaint)
    {
        var files = new MemoryConfigFiles();
        files.Put("/f", new ConfigRead((ConfigReadStatus)status));
        var diagnostics = new ConfigDiagnostics();
        Assert.Null(ConfigBed.Client("Include /f\n", diagnostics, files: files));
        Assert.Contains(diagnostics, d => d.Text.Contains(complaint, StringComparison.Ordinal));
    }

    [Fact]
    public void The_size_of_all_files_together_has_a_limit()
    {
        string big = "#" + new string('x', FileParsing.MaxFileBytes - 2) + "\n";
        var files = new MemoryConfigFiles { ["/big"] = big };
        string includes = string.Concat(Enumerable.Repeat("Include /big\n", (FileParsing.MaxTotalBytes / big.Length) - 1));
        Assert.NotNull(ConfigBed.Client(includes, new ConfigDiagnostics(), files: files));
        Assert.Null(ConfigBed.Client(includes + "Include /big\n", new ConfigDiagnostics(), files: files));
        files["/big"] = big + "#";
        Assert.NotNull(ConfigBed.Client("", new ConfigDiagnostics(), files: files));
        Assert.Null(ConfigBed.Client("Include /big\n", new ConfigDiagnostics(), files: files));
    }

    [Theory]
    [InlineData(FileParsing.MaxIncludes, true)]
    [InlineData(FileParsing.MaxIncludes + 1, false)]
    public void Only_so_many_files_are_included(int count, bool isGood)
    {
        var files = new MemoryConfigFiles { ["/empty"] = "" };
        Assert.Equal(isGood, ConfigBed.Client(string.Concat(Enumerable.Repeat("Include /empty\n", count)), new ConfigDiagnostics(), files: files) is not null);
    }

    [Fact]
    public void A_file_with_a_NUL_byte_is_refused() =>
        Assert.Contains("NUL byte", ConfigBed.ClientComplaints("Port 1\0\n")[0], StringComparison.Ordinal);

    [Theory]
    [InlineData(1000u, UnixFileMode.UserRead | UnixFileMode.UserWrite, true)]
    [InlineData(0u, UnixFileMode.UserRead, true)]
    [InlineData(1001u, UnixFileMode.UserRead, false)]
    [InlineData(1000u, UnixFileMode.UserRead | UnixFileMode.GroupWrite, false)]
    [InlineData(1000u, UnixFileMode.UserRead | UnixFileMode.OtherWrite, false)]
    public void The_users_file_must_be_the_users_own(uint owner, UnixFileMode mode, bool isGood)
    {
        var files = new MemoryConfigFiles();
        files.Put("/home/alice/.ssh/config", new ConfigRead(ConfigReadStatus.Read, "Port 99\n", owner, mode));
        var diagnostics = new ConfigDiagnostics();
        var source = new ClientConfigSource { Files = files, Algorithms = ConfigBed.Algorithms, Local = ConfigBed.Local, Host = "h" };
        Assert.Equal(isGood ? 99 : null, ClientConfigParser.Load(source, diagnostics)?.Port);
        Assert.Equal(isGood ? [] : ["Bad owner or permissions on /home/alice/.ssh/config"], diagnostics.Where(d => d.Severity == ConfigSeverity.Error).Select(d => d.Text));
        Assert.Equal(99, ClientConfigParser.Load(source with { ConfigFile = "/home/alice/.ssh/config" }, new ConfigDiagnostics())!.Port);
    }

    [Fact]
    public void A_file_named_on_the_command_line_is_the_only_one_and_must_be_there()
    {
        var files = new MemoryConfigFiles { ["/mine"] = "Port 1\n", ["/home/alice/.ssh/config"] = "Port 2\n", ["/etc/ssh/ssh_config"] = "User u\n" };
        var source = new ClientConfigSource { Files = files, Algorithms = ConfigBed.Algorithms, Local = ConfigBed.Local, Host = "h", ConfigFile = "/mine" };
        ClientConfig? config = ClientConfigParser.Load(source, new ConfigDiagnostics());
        Assert.Equal((1, "alice"), (config!.Port, config.User));
        Assert.Equal(22, ClientConfigParser.Load(source with { ConfigFile = "none" }, new ConfigDiagnostics())!.Port);
        var diagnostics = new ConfigDiagnostics();
        Assert.Null(ClientConfigParser.Load(source with { ConfigFile = "/gone" }, diagnostics));
        Assert.Equal("Can't open user config file /gone: No such file or directory", diagnostics[0].Text);
    }
}
