using Nacre.Config;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Config;

/// <summary>Compares dumps and messages with those of sshd -T.</summary>
[Trait("Category", "Interop")]
public class ServerDumpTests
{
    /// <summary>Options of sshd; several are separated by " | ".</summary>
    public static readonly TheoryData<string> ServerOptions =
    [
        "", "Foo=1", "Port=0", "Port=22 23", "Port=", "Port=3 | Port=4 | ListenAddress=1.2.3.4 | ListenAddress=5.6.7.8:9", "Port=22 # x", "AddressFamily=inet", "AddressFamily=inet6", "AddressFamily=foo",
        "ListenAddress=1.2.3.4", "ListenAddress=[::1]:80", "ListenAddress=::1", "ListenAddress=a:b", "ListenAddress=", "AuthorizedKeysFile=a  \"b c\"", "AuthorizedKeysFile=none",
        "AuthorizedKeysFile=none a", "AuthorizedKeysFile=a | AuthorizedKeysFile=b", "PidFile=none", "PidFile=x", "LogLevel=q", "SyslogFacility=local0", "SyslogFacility=foo", "LoginGraceTime=2m",
        "LoginGraceTime=none", "LoginGraceTime=0", "LoginGraceTime=x", "MaxAuthTries=0", "MaxAuthTries=-1", "MaxAuthTries=x", "MaxSessions=0", "MaxStartups=5", "MaxStartups=10:30:60",
        "MaxStartups=10:30", "MaxStartups=10:101:100", "MaxStartups=10:30:5", "MaxStartups=0", "MaxStartups=x", "PermitRootLogin=yes", "PermitRootLogin=prohibit-password",
        "PermitRootLogin=forced-commands-only", "PermitRootLogin=x", "PermitEmptyPasswords=YES", "PermitEmptyPasswords=true", "ChallengeResponseAuthentication=no", "SkeyAuthentication=no",
        "DSAAuthentication=no", "UsePAM=yes", "StrictModes=no", "Subsystem=sftp /usr/lib/x -a \"b c\" # d", "Subsystem=sftp", "Subsystem=sftp internal-sftp",
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
        "AcceptEnv #", "SetEnv #", "AuthorizedKeysFile #", "Subsystem #", "HostKey #", "PermitOpen #", "AuthenticationMethods #", "Banner #", "Ciphers #", "LoginGraceTime #", "PermitTunnel #", "MaxStartups #",
        "UsePAM #", "Port #", "ListenAddress #", "RekeyLimit #", "LogLevel #", "ForceCommand #", "MaxSessions #", "VersionAddendum #", "SyslogFacility #", "PermitRootLogin #", "PubkeyAcceptedAlgorithms #",
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
        "AuthorizedKeysFile %h/x .ssh/z\nPidFile none\nPermitOpen\n", "AllowUsers a #b\nSubsystem x y\nMatch user b\nUsePAM yes\n", "Match user b\nAllowUsers x\nMatch all\nAllowUsers y\n @@ user=b,host=c,addr=1.2.3.4",
        "Match user b\nX11Forwarding no\nMatch all\nPort 99\nSubsystem x y\nX11Forwarding yes\n", "Match all\nUsePAM no\nPasswordAuthentication no\nMatch user b\nPasswordAuthentication yes\n @@ user=b,host=c,addr=1.2.3.4",
        "Match user b\nMatch all\nMatch user b\nPort 99\n",
        "ListenAddress 1.2.3.4\nPort 3\nPort 4\n", "Match address 1.2.3.4,!1.2.3.0/24\nPermitTTY no\n @@ user=b,host=c,addr=1.2.3.4", "Match address 10.*,2001:db8::/32\nPermitTTY no\n @@ user=b,host=c,addr=2001:db8::7",
    ];

    [Fact]
    public async Task Every_server_option_dumps_as_sshd_dumps_it_A84()
    {
        StockConfig stock = await StockConfig.LoadAsync();
        using var directory = new TemporaryDirectory();
        List<string> differences = [];
        foreach (string text in ServerOptions)
        {
            string[] options = text.Length == 0 ? [] : text.Split(" | ");
            await CompareServerAsync(stock, directory, text, "", options, null, differences);
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public async Task Every_server_file_dumps_as_sshd_dumps_it_A84()
    {
        StockConfig stock = await StockConfig.LoadAsync();
        using var directory = new TemporaryDirectory();
        List<string> differences = [];
        foreach (string text in ServerFiles)
        {
            string[] parts = text.Split(" @@ ");
            await CompareServerAsync(stock, directory, text, parts[0], [], parts.Length > 1 ? parts[1] : null, differences);
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    /// <summary>Keywords with the pieces that random arguments for them are made of.</summary>
    private static readonly (string Keyword, string[] Pieces)[] Pieces =
    [
        ("PermitOpen", ["a", "a:", "*", "1", "22", "[", "]", "::1", " ", "any", "none"]),
        ("PermitListen", ["a", "a:", "*", "1", "22", "[", "]", " ", "any", "none"]),
        ("AllowUsers", ["a", "@", "1.2.3.0", "/", "24", "8", "!", "*", " ", "::", ","]),
        ("AuthenticationMethods", ["publickey", "password", ",", " ", ":", "any", "x"]),
        ("Subsystem", ["a", " ", "\"", "'", "\\", "#", "/b"]),
        ("SetEnv", ["A=", "B=", "a", " ", "\"", "'", "\\", "#", "="]),
        ("LoginGraceTime", ["1", "20", "s", "M", "h", "-", " ", "none"]),
        ("ForceCommand", ["a", " ", "\"", "'", "\\", "#", "\t"]),
        ("AcceptEnv", ["A", "*", " ", "=", "B?"]),
        ("AuthorizedKeysFile", ["/", "a", " ", "%h", "none", "\""]),
        ("Match address", ["1.2.3.4", "1.2.0.0", "/", "16", "33", "!", ",", "*", "::", "0"]),
    ];

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Random_arguments_dump_as_sshd_dumps_them()
    {
#pragma warning disable CA5394 // A fixed sequence, so that a failure can be repeated.
        var random = new Random(22);
        StockConfig stock = await StockConfig.LoadAsync();
        using var directory = new TemporaryDirectory();
        List<string> differences = [];
        foreach ((string keyword, string[] pieces) in Pieces)
        {
            for (int i = 0; i < 40; i++)
            {
                string line = $"{keyword} {string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => pieces[random.Next(pieces.Length)]))}\nPermitTTY no\n";
                await CompareServerAsync(stock, directory, line, line, [], "user=u,host=h,addr=1.2.3.4", differences);
            }
        }
#pragma warning restore CA5394

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    // OpenSSH 9.2 does not have all of them, and has another default of IPQoS; of two it says nothing, or in another place.
    private static readonly string[] LaterThanTheirs =
        ["pamservicename", "refuseconnection", "persourcepenaltyexemptlist", "persourcepenalties", "channeltimeout", "revokedkeys", "ipqos"];

    private static string[] Shared(IEnumerable<string> dump) => [.. dump.Where(line =>
        ServerKeywords.Table.TryFind(line.Split(' ')[0], out Keyword? keyword) && keyword is not BareKeyword && !LaterThanTheirs.Contains(keyword!.LowerName))];

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

        string[]? dump = theirs.ExitStatus != 0 ? null : Shared(theirs.Output.Split('\n'));
        string[] errors = [.. theirs.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'))];
        StockConfig.Compare(name, dump, errors, (diagnostics.HasErrors || config is null ? null : Shared(config.Dump()),
            [.. diagnostics.Where(d => d.Severity >= ConfigSeverity.Warning).Select(d => d.Text)]), differences);
    }
}
