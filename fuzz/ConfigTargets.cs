using System.Text;
using Nacre.Config;
using Nacre.Config.Files;
using Nacre.Config.Patterns;

namespace Nacre.Fuzz;

/// <summary>What people, and those who give people things to paste, write: configuration files, destinations, patterns.</summary>
internal static class ConfigTargets
{
    /// <summary>A configuration that is wrong is told so; no exception says it.</summary>
    private static readonly Func<Exception, bool> Never = static _ => false;

    private static readonly AlgorithmChoice Algorithms = new(["one", "two", "two@example.com"], ["two", "one"]);

    private static readonly AlgorithmNames Names = new()
    {
        Ciphers = Algorithms,
        Macs = Algorithms,
        KeyExchanges = Algorithms,
        HostKeys = Algorithms,
        PublicKeys = Algorithms,
    };

    private static readonly LocalIdentity Local = new()
    {
        UserName = "alice",
        HomeDirectory = "/home/alice",
        UserId = 1000,
        HostName = "box.example.org",
        HomeOf = static user => user == "bob" ? "/home/bob" : null,
        Environment = static name => name == "HOME" ? "/home/alice" : null,
    };

    private static readonly string[] Signs =
        ["*", "?", "!", "%h", "%%", "%", "${HOME}", "~", "~bob", "\"", "'", "\\", "#", "=", ",", "\n", "\t", "[::1]:22", "yes", "no", "none", "any", "1G", "1h30m", "+", "-", "^"];

    public static IEnumerable<FuzzTarget> All() =>
    [
        new("client-config", FeedClient,
        [
            "Host *.example.com !bad\n\tPort 2222\n  IdentityFile ~/.ssh/id_%h\nCiphers +one\n"u8.ToArray(),
            "Match host=a,b user \"c d\" exec \"true %h\"\nLocalForward 8080 [::1]:80\nMatch final\nProxyCommand nc %h %p\nInclude other*\n"u8.ToArray(),
            "RekeyLimit 1G 1h\nSendEnv LANG LC_*\nSetEnv A=b \"C=d e\"\nUserKnownHostsFile ${HOME}/k\nStrictHostKeyChecking accept-new\n"u8.ToArray(),
        ])
        {
            IsRefusal = Never,
            Words = [.. Signs, .. ClientKeywords.Table.All.Select(each => each.Name)],
            AllocationAllowance = 4 << 20,
            AllocationPerByte = 1024,
        },
        new("server-config", FeedServer,
        [
            "Port 22\nListenAddress [::]:2222\nHostKey /etc/k\nAllowUsers a@10.0.0.0/8 b*\nSubsystem sftp internal-sftp -f AUTH\n"u8.ToArray(),
            "Match Address 192.168.0.0/16,!192.168.1.1 Group wheel\nX11Forwarding yes\nMatch all\nPasswordAuthentication no\nMaxStartups 10:30:60\n"u8.ToArray(),
        ])
        {
            IsRefusal = Never,
            Words = [.. Signs, .. ServerKeywords.Table.All.Select(each => each.Name)],
            AllocationAllowance = 4 << 20,
            AllocationPerByte = 1024,
        },
        new("destination", FeedDestination, ["user@host"u8.ToArray(), "ssh://user%20x@[::1]:22/"u8.ToArray(), "-oProxyCommand=x"u8.ToArray()])
        {
            IsRefusal = Never,
            Words = [.. Signs, "ssh://", "@", ":", "/", "$(x)", "`x`", ";"],
        },
        new("pattern", FeedPattern, ["host.example.com\n*.example.com,!bad"u8.ToArray(), "10.1.2.3\n10.0.0.0/8,::1/128"u8.ToArray()])
        {
            IsRefusal = Never,
            Words = Signs,
        },
    ];

    private static void FeedClient(byte[] input)
    {
        var diagnostics = new ConfigDiagnostics();
        ClientConfig? config = ClientConfigParser.Load(new ClientConfigSource
        {
            Files = new OneFile("/home/alice/.ssh/config", input),
            Algorithms = Names,
            Local = Local,
            Host = "host.example.com",
            MatchExec = static _ => true,
        }, diagnostics);
        Check(diagnostics, config?.Dump());
    }

    private static void FeedServer(byte[] input)
    {
        var diagnostics = new ConfigDiagnostics();
        ServerConfig? config = ServerConfigParser.Load(new ServerConfigSource
        {
            Files = new OneFile("/etc/ssh/sshd_config", input),
            Algorithms = Names,
            Local = Local,
        }, diagnostics);
        Check(diagnostics, config?.Dump());
    }

    private static void FeedDestination(byte[] input)
    {
        if (!Destination.TryParse(Encoding.UTF8.GetString(input), out Destination? destination, out _, "ssh"))
        {
            return;
        }

        // A-26, A-27: what gets through goes into commands.
        if (destination!.Host.StartsWith('-') || destination.Host.Any(char.IsControl) || destination.Host.AsSpan().ContainsAny("'`\"$\\;&<>|(){}"))
        {
            throw new InvalidOperationException($"the host {destination.Host} was let through");
        }
    }

    private static void FeedPattern(byte[] input)
    {
        string[] parts = Encoding.UTF8.GetString(input).Split('\n', 2);
        PatternMatcher.MatchesHost(parts[0], parts[^1]);
    }

    private static void Check(ConfigDiagnostics diagnostics, IEnumerable<string>? dump)
    {
        if (diagnostics.FirstOrDefault(each => each.Text.Any(char.IsControl)) is { Text: not null } line)
        {
            throw new InvalidOperationException($"a diagnostic has a control character: {line.Text}");
        }

        if (dump is null && !diagnostics.HasErrors)
        {
            throw new InvalidOperationException("the configuration was refused without a word");
        }

        foreach (string each in dump ?? [])
        {
            _ = each.Length;
        }
    }

    /// <summary>A file system of one file.</summary>
    private sealed class OneFile(string path, byte[] content) : IConfigFiles
    {
        public ConfigRead Read(string name, int maxBytes) =>
            name == path ? new ConfigRead(ConfigReadStatus.Read, Encoding.UTF8.GetString(content)) : new ConfigRead(ConfigReadStatus.Missing);

        public IEnumerable<string> ListNames(string directory) => [];
    }
}
