using System.Text.RegularExpressions;
using Nacre.Config;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Config;

/// <summary>Compares dumps and messages with those of ssh -G.</summary>
[Trait("Category", "Interop")]
public class ClientDumpTests
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
        "RemoteCommand=a b  \"c d\"", "RemoteCommand=none", "RemoteCommand=ls # x", "RemoteCommand=it's", "ProxyCommand=nc %h %p", "ProxyCommand=none", "ProxyCommand=exec nc # x", "ProxyJump=a", "ProxyJump=u@a:22,ssh://b:23,[::1]:24", "ProxyJump=NONE", "ProxyJump=a,,b", "ProxyJump=u@a:0", "ProxyJump=a | ProxyCommand=nc x", "ProxyCommand=nc x | ProxyJump=a", "ProxyJump=a | ProxyJump=b",
        "PKCS11Provider=/x.so | PKCS11Provider=/y.so", "SmartcardDevice=~/%h", "PKCS11Provider=none", "PKCS11Provider=NONE", "PKCS11Provider #", "PKCS11Provider \"\"", "ControlPath=NONE", "KnownHostsCommand=NONE",
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
        "SendEnv #", "UserKnownHostsFile #", "GlobalKnownHostsFile #a", "GlobalKnownHostsFile=~/%h b", "IdentityFile #a", "RemoteForward #a", "Ciphers #", "RemoteForward 22:/p", "Ciphers=aes128-ctr,", "Ciphers=,aes128-ctr",
        "ConnectTimeout #", "ServerAliveCountMax #", "RekeyLimit #", "EscapeChar #", "LogLevel #", "RemoteCommand #", "FingerprintHash #", "RemoteCommand \"\"", "ServerAliveCountMax \"\"", "SendEnv \"\"",
        "SetEnv \"\"", "UserKnownHostsFile \"\"", "IgnoreUnknown \"\"", "LogLevel \"\"",
        "AddKeysToAgent=yes", "AddKeysToAgent=ask", "AddKeysToAgent=confirm 5m", "AddKeysToAgent=1h", "AddKeysToAgent=x", "AddKeysToAgent=5m confirm", "AddKeysToAgent=confirm x",
        "AddKeysToAgent #", "AddKeysToAgent yes 5", "AddKeysToAgent=0", "BindInterface=lo", "CanonicalDomains=a b.c", "CanonicalDomains=none", "CanonicalDomains=-x",
        "CanonicalDomains=a none", "CanonicalDomains=.x.", "CanonicalDomains=a..b", "CanonicalDomains \"\"", "CanonicalDomains=A_b.", "CanonicalDomains=none | CanonicalDomains=b",
        "CanonicalDomains #", "CanonicalDomains=a&b", "CanonicalizeFallbackLocal=no", "CanonicalizeHostname=none", "CanonicalizeMaxDots=3", "CanonicalizeMaxDots=-1",
        "CanonicalizePermittedCNAMEs=*.A:*.b,c d:E | ProxyCommand=x", "CanonicalizePermittedCNAMEs=none", "CanonicalizePermittedCNAMEs=a", "CanonicalizePermittedCNAMEs=:a | ProxyCommand=x",
        "CanonicalizePermittedCNAMEs=* | ProxyCommand=x", "CanonicalizePermittedCNAMEs=* A:b | ProxyCommand=x", "CanonicalizePermittedCNAMEs=A",
        "CanonicalizePermittedCNAMEs=a:", "CanonicalizePermittedCNAMEs none a:b", "CanonicalizePermittedCNAMEs #",
        "CanonicalizePermittedCNAMEs=a:b | CanonicalizePermittedCNAMEs=c:d | ProxyJump=x", "CASignatureAlgorithms=ssh-ed25519", "CASignatureAlgorithms=foo", "CASignatureAlgorithms #",
        "CertificateFile=a | CertificateFile=\"b c\" | CertificateFile=a", "CertificateFile=none", "CertificateFile=~/%h", "CertificateFile #", "ControlMaster=yes", "ControlMaster=ask",
        "ControlMaster=auto", "ControlMaster=autoask", "ControlMaster=x", "ControlPath=none", "ControlPath=~/a%C-%h", "ControlPath=/tmp/${HOME}x", "ControlPersist=yes", "ControlPersist=5m",
        "ControlPersist=0", "ControlPersist=x", "ControlPersist=5m 3", "ControlPersist #", "DynamicForward=1080 | DynamicForward=*:1081 | DynamicForward=[::1]:1082",
        "DynamicForward=/tmp/%h", "DynamicForward=1 2", "DynamicForward=0", "DynamicForward=%h:90", "DynamicForward #", "DynamicForward=a:/x", "DynamicForward=a:b:c:d",
        "EnableEscapeCommandline=yes", "EnableSSHKeysign=yes", "ForwardAgent=yes", "ForwardAgent=NO", "ForwardAgent #", "ForwardAgent=\"\"", "ForwardX11=yes", "ForwardX11Timeout=0",
        "ForwardX11Timeout=1h", "ForwardX11Timeout=none", "HostbasedAcceptedAlgorithms=ssh-rsa", "HostbasedKeyTypes=ssh-rsa", "HostbasedAuthentication=yes", "IPQoS=ef", "IPQoS=af21 cs1",
        "IPQoS=none", "IPQoS=x", "IPQoS=ef x", "IPQoS=300", "IPQoS=ef af21 af22", "IPQoS=le", "IPQoS=0", "IPQoS=EF", "IPQoS=0xb8", "IPQoS=255", "IPQoS=cs7 af43", "IPQoS #",
        "KbdInteractiveDevices=pam,bsdauth", "KnownHostsCommand=/bin/x %h %H", "KnownHostsCommand=none", "KnownHostsCommand=\"/bin/a b\" c", "KnownHostsCommand=/a # b",
        "KnownHostsCommand=/a %q", "LocalCommand=echo %h \"x\" # y", "LocalCommand=none", "LogVerbose=none", "LogVerbose=a none", "LogVerbose #", "LogVerbose=a | LogVerbose=b",
        "NoHostAuthenticationForLocalhost=yes", "PermitLocalCommand=yes", "PermitRemoteOpen=a:1 [::1]:2 *:3 a:*", "PermitRemoteOpen=any", "PermitRemoteOpen=none",
        "PermitRemoteOpen=any a:1", "PermitRemoteOpen=a:0", "PermitRemoteOpen=a", "PermitRemoteOpen=none | PermitRemoteOpen=a:1", "PermitRemoteOpen=a:1 none", "PermitRemoteOpen=A:22",
        "PermitRemoteOpen #", "ProxyUseFdpass=yes | ProxyCommand=x", "StreamLocalBindMask=0077", "StreamLocalBindMask=9", "StreamLocalBindMask=01777", "StreamLocalBindMask=7",
        "StreamLocalBindMask=-1", "StreamLocalBindMask=0", "StreamLocalBindMask #", "StreamLocalBindUnlink=yes", "SyslogFacility=local3", "SyslogFacility=x", "SyslogFacility=AUTHPRIV",
        "SyslogFacility #", "Tunnel=yes", "Tunnel=ethernet", "Tunnel=point-to-point", "Tunnel=x", "Tunnel=no", "TunnelDevice=1", "TunnelDevice=1:2", "TunnelDevice=any:3", "TunnelDevice=x",
        "TunnelDevice=2147483647:1", "TunnelDevice=2147483645", "TunnelDevice=1:", "TunnelDevice=1 2", "TunnelDevice #", "UpdateHostKeys=ask", "UpdateHostKeys=no", "UpdateHostKeys=x",
        "VerifyHostKeyDNS=ask", "VerifyHostKeyDNS=x", "VerifyHostKeyDNS=yes | UpdateHostKeys=yes", "VisualHostKey=yes", "XAuthLocation=/x", "XAuthLocation=none",
        "UserKnownHostsFile=~/.ssh/known_hosts", "UserKnownHostsFile=~/.ssh/known_hosts ~/.ssh/known_hosts2", "ClearAllForwardings=yes | LocalForward=80 a:1 | DynamicForward=8",
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
        "Match final\n User last\nHost bar\n Port 3\nHost foo*\n Hostname bar\n", "Match final host bar\n Port 3\nHost foo*\n Hostname BAR\n", "Match canonical\nPort 3\nHost *.Example.COM\nCanonicalizeHostname yes\nHost foo.example.com\nUser u\n",
        "CanonicalizeHostname yes\nCanonicalizeMaxDots 3\nCanonicalizeFallbackLocal no\nCanonicalDomains none\n", "Match host 127.0.0.1\nPort 3\nHost *\nHostname 127.1\n", "Match final\nPort 3\nHost ::1\nUser u\nHost foo*\nHostname ::0:1\n",
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

        Assert.True(differences.Count == 0, string.Join('\n', differences));
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

        Assert.True(differences.Count == 0, string.Join('\n', differences));
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
        // "Unsupported KEX algorithm" is a line of its library's; keys that Nacre has no name for are not among its defaults, and neither is a provider of security keys within it. Debian has two defaults of its own,
        // and OpenSSH 9.2 has not yet some keywords and one default.
        string[] notOurs = ["securitykeyprovider internal", "identityfile ~/.ssh/id_xmss", "identityfile ~/.ssh/id_dsa",
            "forwardx11trusted yes", "ipqos lowdelay throughput"];
        string[] notTheirs = ["securitykeyprovider $SSH_SK_PROVIDER", "forwardx11trusted no", "ipqos ef cs0", "warnweakcrypto yes", "obscurekeystroketiming yes", "channeltimeout none", "revokedhostkeys none"];
        string[] errors = [.. theirs.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'))
            .Where(line => !line.StartsWith("Pseudo-terminal", StringComparison.Ordinal) && !line.StartsWith("debug", StringComparison.Ordinal) && !line.StartsWith("Unsupported KEX", StringComparison.Ordinal))];
        string[]? dump = theirs.ExitStatus != 0 ? null : [.. StockConfig.Live(theirs.Output.Split('\n'), ClientKeywords.Table).Except(notOurs)];
        // OpenSSH 9.2 shows a forwarding from socket to socket twice.
        if (!text.Contains("DynamicForward", StringComparison.Ordinal))
            dump = dump?.Where(line => !line.StartsWith("dynamicforward /", StringComparison.Ordinal)).ToArray();
        StockConfig.Compare(text, dump, errors, (ours.Dump?.Except(notTheirs).ToArray(), ours.Complaints), differences);
    }

    /// <summary>Keywords with the pieces that random arguments for them are made of.</summary>
    private static readonly (string Keyword, string[] Pieces)[] ClientPieces =
    [
        ("SetEnv", ["A=", "B=", "a", " ", "\t", "\"", "'", "\\", "#", "\\\"", "\\ ", "=", "x y"]),
        ("User", ["a", " ", "\"", "'", "\\", "#", "=", "@", "é"]),
        ("ConnectTimeout", ["1", "20", "s", "m", "H", "d", "W", "-", " ", "."]),
        ("RekeyLimit", ["1", "64", "K", "m", "G", ".", "-", " ", "default", "none", "1h"]),
        ("LocalForward", ["1", "22", "/p", "host", ":", "[", "]", "::1", " ", "*", "\\", "localhost"]),
        ("RemoteForward", ["1", "22", "/p", "host", ":", "[", "]", "::1", " ", "0"]),
        ("Ciphers", ["+", "-", "^", "aes128-ctr", "aes256-ctr", "aes*", ",", "?", "3des-cbc"]),
        ("HostKeyAlgorithms", ["+", "-", "^", "ssh-rsa", "ecdsa*", "*", ",", "?", "ssh-ed25519"]),
        ("SendEnv", ["-", "A", "B*", " ", "A?", "*"]),
        ("EscapeChar", ["^", "a", "[", "none", "~"]),
        ("ServerAliveCountMax", ["0", "12", "-", "+", " ", "x", "99999"]),
        ("UserKnownHostsFile", ["~", "/", "a", " ", "%h", "%", "${HOME}", "none", "\"", "$"]),
        ("GlobalKnownHostsFile", ["~/", "/", "a", " ", "none", "\""]),
        ("IgnoreUnknown", ["a", ",", "*"]),
        ("Hostname", ["%h", "%%", "a", ".", "A", "1.2.3.4"]),
    ];

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Random_arguments_dump_as_ssh_dumps_them()
    {
#pragma warning disable CA5394 // A fixed sequence, so that a failure can be repeated.
        var random = new Random(22);
        StockConfig stock = await StockConfig.LoadAsync();
        List<string> differences = [];
        foreach ((string keyword, string[] pieces) in ClientPieces)
        {
            for (int i = 0; i < 40; i++)
            {
                string option = $"{keyword} {string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => pieces[random.Next(pieces.Length)]))}";
                RunResult theirs = await Run.Async("ssh", ["-F", "none", "-o", option, "-G", Host]);
                if (!IsStricterHere(option, theirs.Error))
                    Compare(option, theirs, Ours(stock, null, [option]), differences);
            }
        }
#pragma warning restore CA5394

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    // Stock takes a size without digits for 0, reads none of it after the unit and takes an algorithm list up to an empty name. It says of a failed expansion which of
    // its functions failed rather than which line.
    private static bool IsStricterHere(string option, string theirError) =>
        (option.StartsWith("RekeyLimit", StringComparison.Ordinal) && !Regex.IsMatch(option, "^RekeyLimit +([0-9]+[KmG]?|default)( |$)"))
        || ((option.Contains("Ciphers", StringComparison.Ordinal) || option.Contains("Algorithms", StringComparison.Ordinal)) && option.Contains(','))
        || theirError.Contains("percent_expand", StringComparison.Ordinal) || theirError.Contains("tilde_expand", StringComparison.Ordinal);
}
