using Nacre.Config;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Config;

/// <summary>Compares dumps and messages with those of ssh -G and sshd -T.</summary>
[Trait("Category", "Interop")]
public class StockDumpTests
{
    private const string Host = "foo.Example.COM";

    /// <summary>Options of ssh; several are separated by " | ".</summary>
    public static readonly TheoryData<string> ClientOptions =
    [
        "", "Port=2222", "Port=0", "Port=99999", "Port 22 23", "Port=", "Port=22 # c", "Port=22#c", "Foo=1", "User=-x", "User=bob", "User='a b'",
        "User=\"a", "User=a#b", "User=#b", "User==c", "   User   =   c", "\"User\" d", "#x", "User", "User \"\"", "Hostname=Q%h", "Hostname=a%%b", "Hostname=1.2.3.4",
        "HostKeyAlias=FoO", "AddressFamily=inet6", "AddressFamily=x", "BatchMode=TRUE | ServerAliveInterval=0", "BatchMode=1", "BindAddress=1.2.3.4",
        "Ciphers=+3des-cbc", "Ciphers=-aes*", "Ciphers=^aes256-ctr,aes128-cbc", "Ciphers=foo", "Ciphers=aes128-ctr,foo", "Ciphers=-foo", "Ciphers=+aes*",
        "Ciphers=aes*", "Ciphers=aes128-ctr,aes128-ctr", "MACs=^hmac-sha1,hmac-md5", "MACs=foo", "KexAlgorithms=+diffie-hellman-group1-sha1",
        "HostKeyAlgorithms=ssh-rsa", "HostKeyAlgorithms=+ssh-rsa,ssh-dss", "HostKeyAlgorithms=ecdsa*", "HostKeyAlgorithms=^ecdsa*", "HostKeyAlgorithms=foo",
        "HostKeyAlgorithms=-ecdsa*,ssh-ed*", "HostKeyAlgorithms=+*", "PubkeyAcceptedAlgorithms=foo", "PubkeyAcceptedKeyTypes=ssh-rsa",
        "StrictHostKeyChecking=accept-new", "StrictHostKeyChecking=off", "StrictHostKeyChecking=foo", "StrictHostKeyChecking=YES",
        "LogLevel=debug", "LogLevel=debug3", "LogLevel=QUIET", "LogLevel=foo", "RequestTTY=force", "RequestTTY=true", "SessionType=none", "SessionType=x",
        "RemoteCommand=a b  \"c d\"", "RemoteCommand=none", "RemoteCommand=ls # x", "RemoteCommand=it's", "ProxyCommand=nc %h %p", "ProxyCommand=none", "ProxyCommand=exec nc # x",
        "PreferredAuthentications=password,publickey", "FingerprintHash=md5", "FingerprintHash=foo", "PubkeyAuthentication=no", "PubkeyAuthentication=unbound",
        "PubkeyAuthentication=host-bound", "ChallengeResponseAuthentication=no", "DSAAuthentication=no", "IdentityAgent=none", "IdentityAgent=~/a%h-%n-%p-%r-%u-%d-%i-%l-%L-%k-%C-%%",
        "IdentityAgent=$FOO", "IdentityAgent=SSH_AUTH_SOCK", "IgnoreUnknown=F* | Foo=b", "UseRoaming=yes", "Protocol=2", "AFSTokenPassing=yes", "RequiredRSASize=10",
        "RequiredRSASize=-1", "NumberOfPasswordPrompts=a", "ConnectionAttempts=0", "ConnectionAttempts=5", "ServerAliveCountMax=99999999999", "GatewayPorts=true",
        "ClearAllForwardings=yes | LocalForward=1 a:2", "CheckHostIP=yes", "TCPKeepAlive=0", "KeepAlive=no", "Match=host foo", "Host=bar", "Include=/tmp/x",
        "Compression=\"yes\"", "ConnectTimeout=1h30m", "ConnectTimeout=none", "ConnectTimeout=none | ConnectTimeout=5", "ConnectTimeout=1x", "ConnectTimeout=0", "ConnectTimeout=99999999999", "ConnectTimeout=1.5h",
        "ConnectTimeout=30m1h", "ConnectTimeout=2147483647", "ConnectTimeout=2147483648", "ServerAliveInterval=1m", "ServerAliveInterval=none",
        "RekeyLimit=1G 1h", "RekeyLimit=default 1h", "RekeyLimit=10", "RekeyLimit=16", "RekeyLimit=none", "RekeyLimit=5K none", "RekeyLimit=1.5K", "RekeyLimit=1T", "RekeyLimit=1g 1",
        "RekeyLimit=-1", "RekeyLimit=9223372036854775807", "RekeyLimit=8589934592G", "RekeyLimit=1G x",
        "EscapeChar=none", "EscapeChar=^A", "EscapeChar=%", "EscapeChar=^?", "EscapeChar=foo", "EscapeChar=^",
        "SendEnv=LANG LC_* | SendEnv=-LC_A* | SendEnv=FOO | SendEnv=-LANG", "SendEnv=a=b", "SetEnv=A=b \"C=d e\" | SetEnv=D=q", "SetEnv=A", "SetEnv=A=1 A=2", "SetEnv=A=",
        "UserKnownHostsFile=~/x%h ${HOME}/b \"c d\" 'e f'", "UserKnownHostsFile=none", "UserKnownHostsFile=/none/x | UserKnownHostsFile=b", "GlobalKnownHostsFile=a  \"b c\"", "GlobalKnownHostsFile=none",
        "IdentityFile=~/a%h | IdentityFile=none", "IdentityFile=none", "IdentityFile=a | IdentityFile=b c", "IdentityFile=a | IdentityFile=\"b c\" | IdentityFile=a",
        "LocalForward=8080 foo:80 | LocalForward=[::1]:8081 [::2]:90 | LocalForward=*:82 a:3 | LocalForward=localhost:1 x:2 | LocalForward=:99 x:2 | LocalForward=8080 foo:80",
        "LocalForward=/tmp/%h c:1", "LocalForward=80", "LocalForward=80 foo", "LocalForward=0 foo:80", "LocalForward=1 2 3", "LocalForward=80 foo:ssh", "LocalForward=a:b c:d",
        "LocalForward=\"/a b\" c:1", "LocalForward=80 %h:90", "RemoteForward=8080 | RemoteForward=9 b:9 | RemoteForward=0 c:9 | RemoteForward=/a/b c:9", "RemoteForward=a:1", "RemoteForward=/x",
        "RemoteForward=1 x y", "KbdInteractiveAuthentication=no", "PasswordAuthentication=no", "IdentitiesOnly=yes", "HashKnownHosts=yes", "ExitOnForwardFailure=yes", "StdinNull=yes",
    ];

    /// <summary>Files of ssh.</summary>
    public static readonly TheoryData<string> ClientFiles =
    [
        "Foo 1\nPort x\nBar 2\nPort 3\n", "Host foo*\n Port 3\n User x\nHost *.com\n Port 4\n User y\nHost *\nHostname z%h\n", "Host foo*,bar\n Port 3\n",
        "Host foo.example.com\n Port 3\n", "Host foo.Example.COM\n Port 3\n", "Host !foo* *\n Port 3\nHost !bar *\n User u\nHost !bar\n StdinNull yes\n",
        "Match host foo.example.com\n User u\nMatch host foo.Example.COM\n StdinNull yes\nMatch originalhost FOO.Example.COM user u localuser * \n GatewayPorts yes\n",
        "Match all\n Port 3\nMatch all host foo\n User u\n", "Match host\n Port 3\n", "Match\n Port 3\n", "Match foo bar\n Port 3\n", "Match canonical\n Port 3\nMatch final\n User u\n",
        "Match final all\n Port 3\nMatch !final\n User u\nMatch canonical all\n GatewayPorts yes\n", "Match canonical\n Port 3\n", "Match !canonical\n Port 3\n",
        "Match !host foo* \n Port 3\nMatch !host \"b*\" !user bob\n User u\n", "Hostname bar%h\nMatch host bar*\n Port 3\nMatch originalhost foo*\n User bob\nMatch user bob\n StdinNull yes\n",
        "Match host foo*,!foo.example.com \n Port 3\nMatch host=foo* \n User u\n", "Match host = foo*\n Port 3\n", "Match all foo\n Port 3\n", "Match all # foo\n Port 3\n", "Match host foo* all\n Port 3\n",
        "Port 3\n   Port 4\n\n# c\n\t#d\n  \f\nUser \"a b\" # x\n\"GatewayPorts\" yes\n", "Port 3\r\nUser x\r\n", "Host foo*\nHost\nPort 3\n",
        "IgnoreUnknown F*,B*\nFoo 1\nBar\nbaz 2\n", "IgnoreUnknown F*,b*\nFoo 1\nBar 5\nbaz 2\n", "Host x\nFoo 1\nPort foo\n", "Port= 5\nUser =y\n",
        "ProxyCommand = nc \"a b\" # x  \nRemoteCommand=  \"a\"   \n", "IdentityFile a\nIdentityFile \"b c\"\nIdentityFile a\nIdentityFile ~/x\n",
        "Host *\nSendEnv A B\nMatch all\nSendEnv -A C\nSetEnv X=1\nSetEnv Y=2\n", "Match exec true\nPort 3\nMatch !exec \"test %h = foo.example.com\"\nUser u\n",
    ];

    [Fact]
    public async Task Every_option_dumps_as_ssh_dumps_it()
    {
        StockConfig stock = await StockConfig.LoadAsync();
        List<string> differences = [];
        foreach (string text in ClientOptions)
        {
            string[] options = text.Length == 0 ? [] : text.Split(" | ");
            RunResult theirs = await Run.Async("ssh", ["-F", "none", .. options.SelectMany(o => new[] { "-o", o }), "-G", Host]);
            Compare(text, theirs, Ours(stock, null, options), differences);
        }

        Assert.Empty(differences);
    }

    [Fact]
    public async Task Every_file_dumps_as_ssh_dumps_it()
    {
        StockConfig stock = await StockConfig.LoadAsync();
        using var directory = new TemporaryDirectory();
        List<string> differences = [];
        foreach (string text in ClientFiles)
        {
            string file = directory.Write("config", text);
            RunResult theirs = await Run.Async("ssh", ["-F", file, "-G", Host]);
            Compare(text, theirs, Ours(stock, file, []), differences);
        }

        Assert.Empty(differences);
    }

    private static (string[]? Dump, string[] Complaints) Ours(StockConfig stock, string? file, string[] options)
    {
        var diagnostics = new ConfigDiagnostics();
        var commandLine = new CommandLineOptions();
        foreach (string option in options)
            commandLine.Add(option);
        ClientConfig? config = ClientConfigParser.Load(new ClientConfigSource
        {
            Files = StockConfig.Files,
            Algorithms = stock.Client,
            Local = stock.Local,
            Host = Host,
            CommandLine = commandLine,
            ConfigFile = file ?? "none",
            MatchExec = command => Run.Async("/bin/sh", ["-c", command]).GetAwaiter().GetResult().ExitStatus == 0,
        }, diagnostics);
        return (config?.Dump().ToArray(), [.. diagnostics.Where(d => d.Severity >= ConfigSeverity.Warning).Select(d => d.Text)]);
    }

    private static void Compare(string text, RunResult theirs, (string[]? Dump, string[] Complaints) ours, List<string> differences)
    {
        // "Unsupported KEX algorithm" is a line of its library's; keys that Nacre has no name for are not among its defaults.
        string[] notOurs = ["identityfile ~/.ssh/id_ecdsa_sk", "identityfile ~/.ssh/id_ed25519_sk", "identityfile ~/.ssh/id_xmss", "identityfile ~/.ssh/id_dsa"];
        string[] errors = [.. theirs.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'))
            .Where(line => !line.StartsWith("Pseudo-terminal", StringComparison.Ordinal) && !line.StartsWith("debug", StringComparison.Ordinal) && !line.StartsWith("Unsupported KEX", StringComparison.Ordinal))];
        string[]? dump = theirs.ExitStatus != 0 ? null : [.. StockConfig.Live(theirs.Output.Split('\n'), ClientKeywords.Table).Except(notOurs)];
        Add(text, dump, errors, ours, differences);
    }

    private static void Add(string text, string[]? dump, string[] errors, (string[]? Dump, string[] Complaints) ours, List<string> differences)
    {
        if (!errors.SequenceEqual(ours.Complaints))
            differences.Add($"{text}: they say [{string.Join(" / ", errors)}], we say [{string.Join(" / ", ours.Complaints)}]");
        if (dump is null != ours.Dump is null)
            differences.Add($"{text}: they {(dump is null ? "refuse" : "accept")}, we do not");
        else if (dump is not null && !dump.SequenceEqual(ours.Dump!))
            differences.Add($"{text}: they print [{string.Join(" / ", dump.Except(ours.Dump!))}], we print [{string.Join(" / ", ours.Dump!.Except(dump))}]"
                + (dump.Order().SequenceEqual(ours.Dump!.Order()) ? " in another order" : ""));
    }

    /// <summary>Options of sshd; several are separated by " | ".</summary>
    public static readonly TheoryData<string> ServerOptions =
    [
        "", "Foo=1", "Port=0", "Port=22 23", "Port=", "Port=3 | Port=4 | ListenAddress=1.2.3.4 | ListenAddress=5.6.7.8:9", "Port=22 # x", "AddressFamily=inet", "AddressFamily=inet6", "AddressFamily=foo",
        "ListenAddress=1.2.3.4", "ListenAddress=[::1]:80", "ListenAddress=::1", "ListenAddress=a:b", "ListenAddress=", "AuthorizedKeysFile=a  \"b c\"", "AuthorizedKeysFile=none",
        "AuthorizedKeysFile=none a", "AuthorizedKeysFile=a | AuthorizedKeysFile=b", "PidFile=none", "PidFile=x", "LogLevel=q", "SyslogFacility=local0", "SyslogFacility=foo", "LoginGraceTime=2m",
        "LoginGraceTime=none", "LoginGraceTime=0", "LoginGraceTime=x", "MaxAuthTries=0", "MaxAuthTries=-1", "MaxAuthTries=x", "MaxSessions=0", "MaxStartups=5", "MaxStartups=10:30:60",
        "MaxStartups=10:30", "MaxStartups=10:101:100", "MaxStartups=10:30:5", "MaxStartups=0", "MaxStartups=x", "PermitRootLogin=yes", "PermitRootLogin=prohibit-password",
        "PermitRootLogin=forced-commands-only", "PermitRootLogin=x", "PermitEmptyPasswords=YES", "PermitEmptyPasswords=true", "ChallengeResponseAuthentication=no", "SkeyAuthentication=no",
        "DSAAuthentication=no", "UsePAM=yes", "StrictModes=no", "Subsystem=sftp /usr/lib/x -a \"b c\" # d", "Subsystem=sftp", "Subsystem=sftp internal-sftp", "Subsystem=a b | Subsystem=a c",
        "AcceptEnv=LANG LC_*", "AcceptEnv=A=b", "AcceptEnv=a | AcceptEnv=b", "SetEnv=A=b | SetEnv=C=d", "SetEnv=A=b C=\"d e\"", "SetEnv=A", "PermitTTY=no", "AllowTcpForwarding=local",
        "AllowTcpForwarding=remote", "AllowTcpForwarding=all", "AllowTcpForwarding=x", "GatewayPorts=clientspecified", "GatewayPorts=x", "DisableForwarding=yes", "PermitOpen=a:1 b:2", "PermitOpen=none",
        "PermitOpen=any", "PermitOpen=*:* [::1]:5", "PermitOpen=a", "PermitOpen=any a:1", "PermitOpen=a:x", "PermitOpen=a:1 | PermitOpen=b:2", "PermitListen=1 a:2", "PermitListen=none", "PermitListen=*:0",
        "AllowUsers=a b@c !d", "AllowUsers=a | AllowUsers=b c", "AllowUsers=a@1.2.3.4/33", "AllowUsers=a@1.2.3.0/24", "DenyUsers=x,y", "AllowGroups=x", "DenyGroups=x y", "DenyGroups=", "DenyGroups=\"\"",
        "Banner=none", "Banner=/x", "Banner='a b'", "Banner=\"a", "Banner=~/x", "PrintMotd=no", "PrintLastLog=no", "Ciphers=+3des-cbc", "Ciphers=foo", "MACs=foo", "HostKeyAlgorithms=foo", "HostKeyAlgorithms=ecdsa*",
        "PubkeyAcceptedAlgorithms=foo", "PubkeyAcceptedKeyTypes=-ssh-rsa", "Compression=no", "Compression=yes", "Compression=delayed", "Compression=x", "ClientAliveInterval=1m", "ClientAliveInterval=none",
        "ClientAliveCountMax=0", "RekeyLimit=1G 1h", "RekeyLimit=default", "RekeyLimit=5", "RekeyLimit=10x", "RekeyLimit=1G x", "RekeyLimit=none none", "TCPKeepAlive=no", "KeepAlive=no", "UseDNS=yes",
        "ForceCommand=a \"b c\" # d", "ForceCommand=none", "VersionAddendum=a b", "VersionAddendum=none", "VersionAddendum=\"a b\" c", "VersionAddendum=x # y", "RequiredRSASize=x", "RequiredRSASize=2048",
        "AuthenticationMethods=publickey,password password", "AuthenticationMethods=any", "AuthenticationMethods=any password", "AuthenticationMethods=foo", "AuthenticationMethods=",
        "AuthenticationMethods=publickey:x", "AuthenticationMethods=password,password", "X11Forwarding=yes", "AllowAgentForwarding=no", "PermitTunnel=yes", "PermitTunnel=point-to-point", "PermitTunnel=x",
        "UseLogin=yes", "Protocol=2", "KeyRegenerationInterval=1", "KerberosGetAFSToken=yes", "Match=user a", "Include=/x", "Host=a", "PasswordAuthentication=", "PasswordAuthentication=TRUE", "Password_Authentication=yes",
    ];

    /// <summary>Files of sshd, with a test connection behind " @@ ".</summary>
    public static readonly TheoryData<string> ServerFiles =
    [
        "Banner /l\nAcceptEnv e\nSetEnv F=g\nPermitOpen a:1\nAllowUsers a\nRekeyLimit 1G\nMatch User bob\n Banner /m\n PermitOpen x:1\n AcceptEnv z\n SetEnv Q=1\n AllowUsers zz\n RekeyLimit 2G 1h\n"
            + "Match User b*\n Banner /n\n PermitTTY no\n AcceptEnv y\n SetEnv Q=2\n AllowUsers yy\n @@ user=bob,host=h,addr=1.2.3.4",
        "Foo 1\nPort x\n", "Foo 1\nPort\nBar 2\nPort 3\n", "Match User a\nPort 3\n", "Match User a\nUseDNS yes\nPermitTTY no\n", "Match foo a\nPermitTTY no\n", "Match all\nPermitTTY no\n",
        "Match all user x\nPermitTTY no\n", "Match user\nPermitTTY no\n", "Match\nPermitTTY no\n", "Match user=a\nPermitTTY no\n @@ user=a,host=h,addr=1.2.3.4",
        "Match user a,!b address 1.2.3.0/24\nPermitTTY no\n @@ user=a,host=foo,addr=1.2.3.4", "Match user *,!b\nPermitTTY no\n @@ user=b,host=foo,addr=1.2.3.4",
        "Match address 1.2.3.0/8\nPermitTTY no\n @@ user=a,host=foo,addr=1.2.3.4", "Match localport x\nPermitTTY no\n", "Match localport 22\nPermitTTY no\n @@ user=a,host=foo,addr=1.2.3.4",
        "Match localport 22\nPermitTTY no\n @@ user=a,host=foo,addr=1.2.3.4,lport=22", "Match localaddress ::1\nPermitTTY no\n @@ user=a,host=foo,addr=1.2.3.4,laddr=::1",
        "Match user \"\"\nPermitTTY no\n", "Match user \"a b\" # c\nPermitTTY no\n @@ user=a b,host=foo,addr=1.2.3.4", "Match host FOO.*\nPermitTTY no\n @@ user=b,host=foo.X,addr=1.2.3.4",
        "Match user a\nPermitTTY no\n", "Match !user a\nPermitTTY no\n", "ForceCommand echo \"it\n", "AddressFamily inet\nVersionAddendum   none \n", "Protocol 2\nUseLogin yes\nAFSTokenPassing yes\nPort 4 # c\n",
        "AuthorizedKeysFile %h/x .ssh/z\nPidFile none\nPermitOpen\n", "AllowUsers a #b\nSubsystem x y\nMatch user b\nSubsystem z y\n", "Match user b\nAllowUsers x\nMatch all\nAllowUsers y\n @@ user=b,host=c,addr=1.2.3.4",
        "ListenAddress 1.2.3.4\nPort 3\nPort 4\n", "Match address 1.2.3.4,!1.2.3.0/24\nPermitTTY no\n @@ user=b,host=c,addr=1.2.3.4", "Match address 10.*,2001:db8::/32\nPermitTTY no\n @@ user=b,host=c,addr=2001:db8::7",
    ];

    [Fact]
    public async Task Every_server_option_dumps_as_sshd_dumps_it()
    {
        StockConfig stock = await StockConfig.LoadAsync();
        using var directory = new TemporaryDirectory();
        List<string> differences = [];
        foreach (string text in ServerOptions)
        {
            string[] options = text.Length == 0 ? [] : text.Split(" | ");
            await CompareServerAsync(stock, directory, text, "", options, null, differences);
        }

        Assert.Empty(differences);
    }

    [Fact]
    public async Task Every_server_file_dumps_as_sshd_dumps_it()
    {
        StockConfig stock = await StockConfig.LoadAsync();
        using var directory = new TemporaryDirectory();
        List<string> differences = [];
        foreach (string text in ServerFiles)
        {
            string[] parts = text.Split(" @@ ");
            await CompareServerAsync(stock, directory, text, parts[0], [], parts.Length > 1 ? parts[1] : null, differences);
        }

        Assert.Empty(differences);
    }

    // As root sshd -T asks for its privilege separation directory; as another user it reads the same configuration without.
    private static async Task CompareServerAsync(StockConfig stock, TemporaryDirectory directory, string name, string text, string[] options,
        string? connection, List<string> differences)
    {
        string file = directory.Write("sshd_config", text);
        string key = directory["key"];
        if (!File.Exists(key))
        {
            (await Run.Async("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])).Ends();
            if (TestUser.IsRoot)
                (await Run.Async("/usr/bin/chown", ["nobody", key])).Ends();
        }

        string[] command = [Requires.Program("sshd"), "-T", "-f", file, "-h", key, .. options.SelectMany(o => new[] { "-o", o }), .. connection is null ? [] : new[] { "-C", connection }];
        if (TestUser.IsRoot)
            command = ["/usr/bin/setpriv", "--reuid=nobody", "--clear-groups", .. command];
        RunResult theirs = await Run.Async(command[0], command[1..], environment: new Dictionary<string, string?> { ["LC_ALL"] = "C" }, directory: directory.Path);

        var diagnostics = new ConfigDiagnostics();
        var commandLine = new CommandLineOptions();
        commandLine.Set(ServerKeywords.HostKey, [key]);
        foreach (string option in options)
            commandLine.Add(option);
        string home = TestUser.IsRoot ? "/nonexistent" : stock.Local.HomeDirectory;
        ServerConfig? config = ServerConfigParser.Load(new ServerConfigSource
        {
            Files = StockConfig.Files,
            Algorithms = stock.Server,
            Local = stock.Local with { WorkingDirectory = directory.Path, HomeDirectory = home },
            CommandLine = commandLine,
            ConfigFile = file,
        }, diagnostics);
        MatchCriteria criteria = new();
        if (connection is not null)
            Assert.True(MatchCriteria.TryParse(connection, new MatchCriteria(), out criteria, out _));
        config = config?.ForConnection(criteria, diagnostics);
        string[]? dump = theirs.ExitStatus != 0 ? null : StockConfig.Live(theirs.Output.Split('\n'), ServerKeywords.Table);
        string[] errors = [.. theirs.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'))];
        Add(name, dump, errors, (diagnostics.HasErrors ? null : config?.Dump().ToArray(),
            [.. diagnostics.Where(d => d.Severity >= ConfigSeverity.Warning).Select(d => d.Text)]), differences);
    }
}
