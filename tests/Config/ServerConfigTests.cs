using Nacre.Config;
using Nacre.Config.Values;

namespace Nacre.Tests.Config;

public class ServerConfigTests
{
    [Fact]
    public void Nothing_said_gives_the_defaults()
    {
        ServerConfig config = ConfigBed.GoodServer("");
        Assert.Equal([new("::", 22), new("0.0.0.0", 22)], config.ListenEndpoints);
        Assert.Equal(RootLogin.ProhibitPassword, config.PermitRootLogin);
        Assert.False(config.PermitEmptyPasswords);
        Assert.Equal(TimeSpan.FromMinutes(2), config.LoginGraceTime);
        Assert.Equal(new MaxStartups(10, 30, 100), config.MaxStartups);
        Assert.Equal((6, 10), (config.MaxAuthTries, config.MaxSessions));
        Assert.Empty(config.AuthenticationMethods);
        Assert.Empty(config.AcceptEnv);
        Assert.Equal("/run/sshd.pid", config.PidFile);
        Assert.Null(config.Banner);
        Assert.True(config.PermitOpen.IsAny);
        Assert.False(config.HasMatchBlocks);
        Assert.Equal(["/home/u/.ssh/authorized_keys", "/home/u/.ssh/authorized_keys2"], config.AuthorizedKeysFilesOf("u", 5, "/home/u"));
    }

    [Fact]
    public void Every_port_goes_with_every_address_that_has_none()
    {
        ServerConfig config = ConfigBed.GoodServer("ListenAddress 1.2.3.4\nPort 3\nPort 4\nListenAddress [::1]:9\nListenAddress name\n");
        Assert.Equal([new("1.2.3.4", 3), new("1.2.3.4", 4), new("::1", 9), new("name", 3), new("name", 4)], config.ListenEndpoints);
        Assert.Equal([new("0.0.0.0", 22)], ConfigBed.GoodServer("AddressFamily inet\n").ListenEndpoints);
    }

    [Fact]
    public void A_block_overrides_what_stands_before_it_and_the_first_fitting_block_wins()
    {
        ServerConfig config = ConfigBed.GoodServer("""
            Banner /global
            AcceptEnv e
            PermitTTY yes
            RekeyLimit 1G
            Match User bob
             Banner /first
             AcceptEnv z
             RekeyLimit 2G
            Match User b*
             Banner /second
             PermitTTY no
             AcceptEnv y
            """);
        Assert.True(config.HasMatchBlocks);
        Assert.Equal("/global", config.Banner);
        ServerConfig bob = config.ForConnection(new MatchCriteria { User = "bob" });
        Assert.Equal("/first", bob.Banner);
        Assert.False(bob.PermitTty);
        Assert.Equal(["z", "y"], bob.AcceptEnv);
        Assert.Equal(2L << 30, bob.RekeyLimit.Bytes);
        ServerConfig other = config.ForConnection(new MatchCriteria { User = "other" });
        Assert.Equal("/global", other.Banner);
        Assert.Equal(["e"], other.AcceptEnv);
        Assert.Equal("/global", config.Banner);
    }

    [Theory]
    [InlineData("User alice,bob", true)]
    [InlineData("User *,!bob", false)]
    [InlineData("user=bob", true)]
    [InlineData("Group staff", true)]
    [InlineData("Group !staff,*", false)]
    [InlineData("Group other", false)]
    [InlineData("Host CLIENT.example.com", true)]
    [InlineData("Address 10.0.0.0/8", true)]
    [InlineData("Address 10.0.0.0/8 User alice", false)]
    [InlineData("Address 10.*,!10.1.2.3", false)]
    [InlineData("LocalAddress 192.0.2.1", true)]
    [InlineData("LocalPort 22", true)]
    [InlineData("LocalPort 23", false)]
    [InlineData("RDomain x", false)]
    [InlineData("RDomain vrf*", true)]
    [InlineData("Version Nacre_*,!Nacre_2*", true)]
    [InlineData("Version OpenSSH_*", false)]
    [InlineData("Invalid-User", false)]
    [InlineData("User nobody,bob Invalid-User", false)]
    [InlineData("All", true)]
    public void A_criterion_fits_a_connection(string criteria, bool fits)
    {
        var connection = new MatchCriteria
        {
            User = "bob",
            Host = "client.example.com",
            Address = "10.1.2.3",
            LocalAddress = "192.0.2.1",
            LocalPort = 22,
            RDomain = "vrf-blue",
            ProgramVersion = "Nacre_0.1",
            GroupsOf = static user => user == "bob" ? ["users", "staff"] : null,
        };
        ServerConfig config = ConfigBed.GoodServer($"Match {criteria}\nPermitTTY no\n");
        Assert.Equal(!fits, config.ForConnection(connection).PermitTty);
        Assert.Equal(criteria == "All", !config.ForConnection(new MatchCriteria()).PermitTty);
    }

    [Fact]
    public void A_test_connection_must_say_what_is_asked_for()
    {
        ServerConfig config = ConfigBed.GoodServer("Match LocalPort 22\nPermitTTY no\n");
        Assert.True(MatchCriteria.TryParse("user=a,host=b,addr=1.2.3.4", new MatchCriteria(), out MatchCriteria criteria, out _));
        var diagnostics = new ConfigDiagnostics();
        config.ForConnection(criteria, diagnostics);
        Assert.Equal("'Match LocalPort' in configuration but 'lport' not in connection test specification.", Assert.Single(diagnostics).Text);
        Assert.True(MatchCriteria.TryParse("user=a,laddr=::1,lport=22,rdomain=r,invalid-user,", new MatchCriteria(), out criteria, out _));
        Assert.Equal(("a", "::1", 22, "r", true), (criteria.User, criteria.LocalAddress, criteria.LocalPort, criteria.RDomain, criteria.IsInvalidUser));
        Assert.False(config.ForConnection(criteria).PermitTty);
    }

    [Theory]
    [InlineData("foo=bar", "Invalid test mode specification foo=bar")]
    [InlineData("user", "Invalid test mode specification user")]
    [InlineData("lport=x", "Invalid port 'x' in test mode specification lport=x")]
    public void A_wrong_test_connection_is_named(string text, string complaint)
    {
        Assert.False(MatchCriteria.TryParse(text, new MatchCriteria(), out _, out string error));
        Assert.Equal(complaint, error);
    }

    [Theory]
    [InlineData("Foo 1", "/etc/ssh/sshd_config: line 1: Bad configuration option: Foo")]
    [InlineData("Port 0", "/etc/ssh/sshd_config line 1: Badly formatted port number.")]
    [InlineData("Port 22 23", "/etc/ssh/sshd_config line 1: keyword Port extra arguments at end of line")]
    [InlineData("ListenAddress a:b", "/etc/ssh/sshd_config line 1: bad port number")]
    [InlineData("LogLevel q", "/etc/ssh/sshd_config line 1: unsupported log level 'q'")]
    [InlineData("SyslogFacility foo", "/etc/ssh/sshd_config line 1: unsupported log facility 'foo'")]
    [InlineData("LoginGraceTime none", "/etc/ssh/sshd_config line 1: invalid time value.")]
    [InlineData("MaxAuthTries -1", "/etc/ssh/sshd_config line 1: MaxAuthTries integer value too small.")]
    [InlineData("MaxStartups 10:30", "/etc/ssh/sshd_config line 1: Invalid MaxStartups spec.")]
    [InlineData("MaxStartups 10:101:100", "/etc/ssh/sshd_config line 1: Invalid MaxStartups spec.")]
    [InlineData("MaxStartups 10:30:5", "/etc/ssh/sshd_config line 1: Invalid MaxStartups spec.")]
    [InlineData("MaxStartups 0", "/etc/ssh/sshd_config line 1: Invalid MaxStartups spec.")]
    [InlineData("PermitRootLogin x", "/etc/ssh/sshd_config line 1: unsupported option \"x\".")]
    [InlineData("PermitEmptyPasswords true", "/etc/ssh/sshd_config line 1: unsupported option \"true\".")]
    [InlineData("Subsystem sftp", "/etc/ssh/sshd_config line 1: Missing subsystem command.")]
    [InlineData("AcceptEnv A=b", "/etc/ssh/sshd_config line 1: Invalid environment name.")]
    [InlineData("SetEnv A", "/etc/ssh/sshd_config line 1: Invalid environment.")]
    [InlineData("PermitOpen a", "/etc/ssh/sshd_config line 1: PermitOpen bad port number")]
    [InlineData("PermitOpen any a:1", "/etc/ssh/sshd_config line 1: keyword PermitOpen extra arguments at end of line")]
    [InlineData("PermitListen *:0", "/etc/ssh/sshd_config line 1: PermitListen bad port number")]
    [InlineData("AllowUsers a@1.2.3.4/33", "/etc/ssh/sshd_config line 1: invalid AllowUsers pattern: \"a@1.2.3.4/33\"")]
    [InlineData("DenyGroups \"\"", "/etc/ssh/sshd_config line 1: empty DenyGroups pattern")]
    [InlineData("RekeyLimit 10x", "/etc/ssh/sshd_config line 1: Bad RekeyLimit number '10x': Invalid argument")]
    [InlineData("RekeyLimit 5", "/etc/ssh/sshd_config line 1: RekeyLimit too small")]
    [InlineData("MACs foo", "/etc/ssh/sshd_config line 1: Bad SSH2 mac spec 'foo'.")]
    [InlineData("AuthenticationMethods any password", "/etc/ssh/sshd_config line 1: \"any\" must appear alone in AuthenticationMethods")]
    [InlineData("AuthenticationMethods foo", "Unknown authentication method \"foo\" in list")]
    [InlineData("PermitTunnel x", "/etc/ssh/sshd_config line 1: bad PermitTunnel argument x")]
    [InlineData("Banner ~nobody/x", "/etc/ssh/sshd_config line 1: No such user nobody")]
    [InlineData("Match foo a", "Unsupported Match attribute foo")]
    [InlineData("Match !user a", "Unsupported Match attribute !user")]
    [InlineData("Match user", "Missing Match criteria for user")]
    [InlineData("Match all user x", "'all' cannot be combined with other Match attributes")]
    [InlineData("Match localport x", "Invalid LocalPort 'x' on Match line")]
    [InlineData("Match address 1.2.3.4/8", "Invalid Match address argument '1.2.3.4/8' at line 1")]
    [InlineData("Match user a\nPort 3", "/etc/ssh/sshd_config line 2: Directive 'Port' is not allowed within a Match block")]
    [InlineData("RDomain none", "/etc/ssh/sshd_config line 1: setting RDomain not supported on this platform.")]
    [InlineData("ListenAddress a rdomain", "/etc/ssh/sshd_config line 1: bad ListenAddress syntax")]
    [InlineData("AuthorizedKeysCommand x", "/etc/ssh/sshd_config line 1: AuthorizedKeysCommand must be an absolute path")]
    [InlineData("PerSourcePenalties crash:x", "/etc/ssh/sshd_config line 1: invalid PerSourcePenalties time value.")]
    [InlineData("PerSourcePenalties foo:1", "/etc/ssh/sshd_config line 1: unsupported PerSourcePenalties keyword foo:1")]
    [InlineData("PerSourcePenalties no crash:1", "/etc/ssh/sshd_config line 1: keyword PerSourcePenalties \"no\" argument must appear alone.")]
    [InlineData("PerSourcePenalties max-sources4:x", "/etc/ssh/sshd_config line 1: PerSourcePenalties value invalid.")]
    [InlineData("PerSourceNetBlockSize 33", "/etc/ssh/sshd_config line 1: Invalid PerSourceNetBlockSize spec.")]
    [InlineData("PerSourceNetBlockSize 32:129", "/etc/ssh/sshd_config line 1: Invalid PerSourceNetBlockSize spec.")]
    [InlineData("PerSourceMaxStartups x", "/etc/ssh/sshd_config line 1: PerSourceMaxStartups integer value invalid.")]
    [InlineData("PerSourcePenaltyExemptList 10.0.0.1/8", "/etc/ssh/sshd_config line 1: keyword PerSourcePenaltyExemptList invalid address argument.")]
    [InlineData("PubkeyAuthOptions foo", "/etc/ssh/sshd_config line 1: unsupported PubkeyAuthOptions option foo")]
    [InlineData("FingerprintHash sha3", "/etc/ssh/sshd_config line 1: Invalid FingerprintHash algorithm \"sha3\".")]
    [InlineData("Match user a\nGSSAPICleanupCredentials no", "/etc/ssh/sshd_config line 2: Directive 'GSSAPICleanupCredentials' is not allowed within a Match block")]
    [InlineData("ForceCommand echo \"it", "/etc/ssh/sshd_config line 1: invalid quotes")]
    public void A_wrong_line_is_named_with_what_is_wrong(string text, string complaint) =>
        Assert.Equal(complaint, ConfigBed.ServerComplaints(text)[0]);

    [Theory]
    [InlineData("UseLogin yes", "/etc/ssh/sshd_config line 1: Deprecated option UseLogin")]
    [InlineData("KerberosAuthentication yes", "/etc/ssh/sshd_config line 1: Unsupported option KerberosAuthentication")]
    [InlineData("DebianBanner yes", "/etc/ssh/sshd_config line 1: keyword DebianBanner is not supported and was ignored: Nacre does not tell clients which system it runs on")]
    [InlineData("SshdSessionPath /x", "/etc/ssh/sshd_config line 1: keyword SshdSessionPath is not supported and was ignored: Nacre's processes are all one program, which finds itself")]
    [InlineData("LogVerbose none", null)]
    [InlineData("Protocol 2", null)]
    [InlineData("DebianBanner no", null)]
    [InlineData("IgnoreRhosts yes", null)]
    [InlineData("AuthorizedKeysCommand none", null)]
    public void A_keyword_that_does_nothing_says_so(string text, string? warning) =>
        Assert.Equal(warning is null ? [] : [warning], ConfigBed.ServerComplaints(text));

    [Theory]
    [InlineData("AuthorizedKeysCommand /bin/x", "AuthorizedKeysCommand set without AuthorizedKeysCommandUser")]
    [InlineData("AuthenticationMethods publickey:x,hostbased gssapi-with-mic", "Disabled method \"hostbased\" in AuthenticationMethods list \"publickey:x,hostbased\"",
        "Disabled method \"gssapi-with-mic\" in AuthenticationMethods list \"gssapi-with-mic\"", "AuthenticationMethods cannot be satisfied by enabled authentication methods")]
    [InlineData("AuthenticationMethods hostbased password:y none")]
    [InlineData("PasswordAuthentication no\nAuthenticationMethods password", "Disabled method \"password\" in AuthenticationMethods list \"password\"",
        "AuthenticationMethods cannot be satisfied by enabled authentication methods")]
    public void Lines_that_are_good_each_may_be_wrong_together(string text, params string[] faults)
    {
        var diagnostics = new ConfigDiagnostics();
        ServerFaults.Find(ConfigBed.GoodServer(text), diagnostics);
        Assert.Equal(faults, diagnostics.Select(d => d.Text));
    }

    [Fact]
    public void Unknown_keywords_are_counted() =>
        Assert.Equal([
            "/etc/ssh/sshd_config: line 1: Bad configuration option: Foo",
            "/etc/ssh/sshd_config line 2: no argument after keyword \"Port\"",
            "/etc/ssh/sshd_config: line 3: Bad configuration option: Bar",
            "/etc/ssh/sshd_config: terminating, 3 bad configuration options",
        ], ConfigBed.ServerComplaints("Foo 1\nPort\nBar 2\nPort 3\n"));

    [Fact]
    public void Options_come_before_the_file()
    {
        var diagnostics = new ConfigDiagnostics();
        ServerConfig? config = ConfigBed.Server("Port 2\nUsePAM no\nAcceptEnv B\n", diagnostics, null, "UsePAM=yes", "AcceptEnv=A", "ListenAddress=1.2.3.4:5");
        Assert.True(config!.UsePam);
        Assert.Equal(["A", "B"], config.AcceptEnv);
        Assert.Equal(["Match directive not supported as a command-line option"], ConfigBed.ServerComplaints("", "Match=all"));
    }

    [Fact]
    public void A_Match_in_an_included_file_ends_with_it_and_needs_the_outer_one()
    {
        var files = new MemoryConfigFiles
        {
            ["/etc/ssh/d/a.conf"] = "Match User bob\nPermitTTY no\n",
            ["/etc/ssh/inner"] = "MaxSessions 1\nMatch User bob\nMaxAuthTries 1\n",
        };
        ServerConfig config = ConfigBed.GoodServer("Include d/*.conf\nPort 9\nMatch Address 10.0.0.0/8\nInclude inner\nBanner /b\n", files);
        Assert.Equal([9], config.Ports);
        ServerConfig bob = config.ForConnection(new MatchCriteria { User = "bob", Address = "10.0.0.1" });
        Assert.Equal((false, 1, 1, "/b"), (bob.PermitTty, bob.MaxSessions, bob.MaxAuthTries, bob.Banner));
        ServerConfig outside = config.ForConnection(new MatchCriteria { User = "bob", Address = "11.0.0.1" });
        Assert.Equal((false, 10, 6, (string?)null), (outside.PermitTty, outside.MaxSessions, outside.MaxAuthTries, outside.Banner));
        ServerConfig carl = config.ForConnection(new MatchCriteria { User = "carl", Address = "10.0.0.1" });
        Assert.Equal((true, 1, 6, "/b"), (carl.PermitTty, carl.MaxSessions, carl.MaxAuthTries, carl.Banner));
    }

    [Fact]
    public void Lines_after_an_Include_within_a_block_come_after_the_blocks_of_the_file()
    {
        var files = new MemoryConfigFiles { ["/etc/ssh/inner"] = "MaxSessions 3\nMatch User bob\nBanner /inner\n" };
        ServerConfig config = ConfigBed.GoodServer("Match User b*\nInclude inner\nBanner /outer\nMaxSessions 4\nMaxAuthTries 2\n", files);
        ServerConfig bob = config.ForConnection(new MatchCriteria { User = "bob" });
        Assert.Equal(("/inner", 3, 2), (bob.Banner, bob.MaxSessions, bob.MaxAuthTries));
        ServerConfig ben = config.ForConnection(new MatchCriteria { User = "ben" });
        Assert.Equal(("/outer", 3, 2), (ben.Banner, ben.MaxSessions, ben.MaxAuthTries));
        Assert.Equal((10, 6), (config.ForConnection(new MatchCriteria { User = "ann" }).MaxSessions, config.ForConnection(new MatchCriteria { User = "ann" }).MaxAuthTries));
    }

    [Theory]
    [InlineData("", "bob", true)]
    [InlineData("AllowUsers alice", "bob", false)]
    [InlineData("AllowUsers b*", "bob", true)]
    [InlineData("AllowUsers bob@10.0.0.0/8", "bob", true)]
    [InlineData("AllowUsers bob@11.0.0.0/8", "bob", false)]
    [InlineData("AllowUsers bob@*.example.com", "bob", true)]
    [InlineData("AllowUsers bob@10.0.0.0/8,!client.*", "bob", false)]
    [InlineData("AllowUsers *\nDenyUsers bob", "bob", false)]
    [InlineData("DenyUsers bob@11.*", "bob", true)]
    [InlineData("AllowGroups staff", "bob", true)]
    [InlineData("AllowGroups wheel", "bob", false)]
    [InlineData("DenyGroups st?ff", "bob", false)]
    public void Users_and_groups_are_allowed_and_denied(string text, string user, bool isAllowed)
    {
        bool allowed = ConfigBed.GoodServer(text).AllowsUser(user, () => ["users", "staff"], "client.example.com", "10.1.2.3", out string reason);
        Assert.Equal(isAllowed, allowed);
        Assert.Equal(isAllowed, reason.Length == 0);
    }

    [Fact]
    public void Key_files_are_expanded_for_a_user_whose_name_cannot_choose_a_path()
    {
        ServerConfig config = ConfigBed.GoodServer("AuthorizedKeysFile %h/k /keys/%u-%U-%% none rel\n");
        Assert.Equal(["/home/u/k", "/keys/u-5-%", "/home/u/rel"], config.AuthorizedKeysFilesOf("u", 5, "/home/u"));
        foreach (string name in new[] { "", ".", "..", "a/b", "../root", "a\0b" })
            Assert.Empty(config.AuthorizedKeysFilesOf(name, 5, "/home/u"));
    }

    [Fact]
    public void Paths_are_made_absolute_and_commands_kept_as_they_are()
    {
        ServerConfig config = ConfigBed.GoodServer("Banner b\nPidFile none\nHostKey ~/k\nHostKey rel\nForceCommand a \"b c\" # d\nVersionAddendum none\nSubsystem sftp /x -a \"b c\" # d\n");
        Assert.Equal("/tmp/b", config.Banner);
        Assert.Null(config.PidFile);
        Assert.Equal(["/home/alice/k", "/tmp/rel"], config.HostKeys);
        Assert.Equal("a \"b c\" # d", config.ForceCommand);
        Assert.Null(config.VersionAddendum);
        Assert.Equal([new("sftp", "/x -a b c")], config.Subsystems);
    }

    [Fact]
    public void What_is_set_for_good_is_not_added_to_by_files()
    {
        var commandLine = new CommandLineOptions();
        commandLine.SetForGood(ServerKeywords.Port, [2200, 2201]);
        var diagnostics = new ConfigDiagnostics();
        ServerConfig? config = ServerConfigParser.Load(new ServerConfigSource
        {
            Files = new MemoryConfigFiles { ["/etc/ssh/sshd_config"] = "Port 22\nPort 23\n" },
            Algorithms = ConfigBed.Algorithms,
            Local = ConfigBed.Local,
            CommandLine = commandLine,
        }, diagnostics);

        Assert.Equal([2200, 2201], config!.Ports);
    }

    [Fact]
    public void A_user_who_is_not_there_has_a_block_of_their_own()
    {
        ServerConfig config = ConfigBed.GoodServer("Match Invalid-User Address 10.*\nMaxAuthTries 1\n");
        var connection = new MatchCriteria { Address = "10.1.2.3", User = "nobody" };
        Assert.Equal(1, config.ForConnection(connection with { IsInvalidUser = true }).MaxAuthTries);
        Assert.Equal(6, config.ForConnection(connection).MaxAuthTries);
        Assert.Equal(6, config.ForConnection(connection with { IsInvalidUser = true, Address = "11.1.2.3" }).MaxAuthTries);
    }

    [Fact]
    public void Of_two_commands_for_a_subsystem_the_first_stays_and_a_Match_replaces_it()
    {
        ServerConfig config = ConfigBed.GoodServer("Subsystem sftp /a\nSubsystem sftp /b\nSubsystem other /o\nMatch User bob\nSubsystem sftp /c\nSubsystem third /t\n");
        Assert.Equal([new("sftp", "/a"), new("other", "/o")], config.Subsystems);
        Assert.Equal([new("sftp", "/c"), new("other", "/o"), new("third", "/t")], config.ForConnection(new MatchCriteria { User = "bob" }).Subsystems);
    }

    [Fact]
    public void Each_penalty_has_the_first_value_that_is_said_and_the_rest_OpenSSHs()
    {
        ServerConfig standard = ConfigBed.GoodServer("");
        Assert.True(standard.PerSourcePenalties.IsEnabled);
        Assert.Equal("persourcepenalties crash:90.000000 authfail:5.000000 noauth:1.000000 invaliduser:5.000000 grace-exceeded:10.000000 refuseconnection:10.000000 "
            + "max:600.000000 min:15.000000 max-sources4:65536 max-sources6:65536 overflow:permissive overflow6:permissive",
            standard.Dump().Single(line => line.StartsWith("persourcepenalties ", StringComparison.Ordinal)));

        SourcePenalties own = ConfigBed.GoodServer("PerSourcePenalties authfail:1.5m overflow:deny-all\nPerSourcePenalties authfail:1 noauth:2s max-sources6:7\n").PerSourcePenalties;
        Assert.Equal((TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)), (own.AuthFail, own.NoAuth, own.InvalidUser));
        Assert.Equal((PenaltyOverflow.DenyAll, PenaltyOverflow.DenyAll, 65536, 7), (own.Overflow, own.Overflow6, own.MaxSources4, own.MaxSources6));
        Assert.False(ConfigBed.GoodServer("PerSourcePenalties no\n").PerSourcePenalties.IsEnabled);
    }

    [Fact]
    public void Values_that_others_will_obey_are_typed()
    {
        ServerConfig config = ConfigBed.GoodServer("PerSourceMaxStartups 3\nPerSourceNetBlockSize 24\nPermitUserEnvironment LANG,LC_*\nUnusedConnectionTimeout 2m\n"
            + "RevokedKeys /a b\nHostKeyAgent SSH_AUTH_SOCK\nIgnoreRhosts shosts-only\nListenAddress 1.2.3.4 rdomain vrf1\nAuthorizedKeysCommand /bin/x  \"%u\"\n");
        Assert.Equal((3, new NetBlockSize(24, 128)), (config.PerSourceMaxStartups, config.PerSourceNetBlockSize));
        Assert.True(config.PermitUserEnvironment.Permits("LC_ALL"));
        Assert.False(config.PermitUserEnvironment.Permits("LD_PRELOAD"));
        Assert.Equal(TimeSpan.FromMinutes(2), config.UnusedConnectionTimeout);
        Assert.Equal(["/a", "/tmp/b"], config.RevokedKeys);
        Assert.Equal(("SSH_AUTH_SOCK", IgnoreRhosts.ShostsOnly, "/bin/x  \"%u\""), (config.HostKeyAgent, config.IgnoreRhosts, config.AuthorizedKeysCommand));
        Assert.Equal([new ListenAddress("1.2.3.4", 22, "vrf1")], config.ListenEndpoints);
        Assert.Equal("internal", config.SecurityKeyProvider);
        Assert.Equal("/tmp/sk.so", ConfigBed.GoodServer("SecurityKeyProvider sk.so\n").SecurityKeyProvider);
        Assert.Null(ConfigBed.GoodServer("").ChrootDirectoryOf("u", 5, "/home/u", out bool isWanted));
        Assert.False(isWanted);
    }

    [Fact]
    public void Match_blocks_for_a_user_wait_until_there_is_one_and_those_for_an_address_do_not()
    {
        ServerConfig config = ConfigBed.GoodServer("MaxAuthTries 6\nMatch Address 10.0.0.0/8\nMaxAuthTries 3\nMatch User bob\nAuthenticationMethods publickey,password\n");
        var nobody = new MatchCriteria { Address = "10.1.2.3" };

        Assert.Equal(3, config.ForConnection(nobody).MaxAuthTries);
        Assert.Empty(config.ForConnection(nobody).AuthenticationMethods);
        Assert.Single(config.ForConnection(nobody with { User = "bob" }).AuthenticationMethods);
    }

    [Fact]
    public void DisableForwarding_wins_over_what_is_allowed() =>
        Assert.Equal(ForwardingPermission.No, ConfigBed.GoodServer("AllowTcpForwarding yes\nDisableForwarding yes\n").AllowTcpForwarding);

    [Fact]
    public void Authentication_methods_are_lists_of_lists() =>
        Assert.Equal(["publickey+password", "keyboard-interactive:pam"],
            ConfigBed.GoodServer("AuthenticationMethods publickey,password keyboard-interactive:pam\n").AuthenticationMethods.Select(l => string.Join('+', l)));
}
