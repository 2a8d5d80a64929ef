using System.Net;
using Nacre.Config;

namespace Nacre.Tests.Config;

/// <summary>A user, a machine and a few algorithms that configurations of tests are read with.</summary>
internal static class ConfigBed
{
    public static readonly AlgorithmNames Algorithms = new()
    {
        Ciphers = new AlgorithmChoice(["aes128-gcm", "aes128-ctr", "3des-cbc", "chacha20"], ["chacha20", "aes128-gcm", "aes128-ctr"]),
        Macs = new AlgorithmChoice(["hmac-1", "hmac-2"], ["hmac-2"]),
        KeyExchanges = new AlgorithmChoice(["kex-a", "kex-b"], ["kex-a"]),
        HostKeys = new AlgorithmChoice(["ed", "ecdsa-256", "ecdsa-384", "rsa"], ["ed", "ecdsa-256"]),
        PublicKeys = new AlgorithmChoice(["ed", "ecdsa-256", "rsa"], ["ed"]),
    };

    public static readonly LocalIdentity Local = new()
    {
        UserName = "alice",
        HomeDirectory = "/home/alice",
        UserId = 1000,
        HostName = "box.example.org",
        WorkingDirectory = "/tmp",
        HomeOf = static user => user == "bob" ? "/home/bob" : null,
        Environment = static name => name switch { "HOME" => "/home/alice", "SSH_AUTH_SOCK" => "/run/agent", "MINE" => "/run/mine", _ => null },
    };

    public static ClientConfig? Client(string userFile, ConfigDiagnostics diagnostics, string host = "host.example.com",
        string[]? options = null, string systemFile = "", MemoryConfigFiles? files = null, Func<string, bool>? exec = null, IHostLookup? lookup = null, string command = "")
    {
        files ??= new MemoryConfigFiles();
        files["/home/alice/.ssh/config"] = userFile;
        files["/etc/ssh/ssh_config"] = systemFile;
        var commandLine = new CommandLineOptions { Command = command };
        foreach (string option in options ?? [])
            commandLine.Add(option);
        return ClientConfigParser.Load(new ClientConfigSource
        {
            Files = files,
            Algorithms = Algorithms,
            Local = Local,
            Host = host,
            CommandLine = commandLine,
            MatchExec = exec,
            Lookup = lookup,
            LocalAddresses = static () => [IPAddress.Parse("192.0.2.7"), IPAddress.Parse("2001:db8::7")],
            ProgramVersion = "Nacre_0.1",
        }, diagnostics);
    }

    /// <summary>A client's configuration that must be good.</summary>
    public static ClientConfig GoodClient(string userFile, string host = "host.example.com", params string[] options)
    {
        var diagnostics = new ConfigDiagnostics();
        ClientConfig? config = Client(userFile, diagnostics, host, options);
        Assert.DoesNotContain(diagnostics, d => d.Severity == ConfigSeverity.Error);
        return Assert.IsType<ClientConfig>(config);
    }

    /// <summary>The errors and warnings of a client's configuration; the configuration must be refused exactly when there are errors.</summary>
    public static string[] ClientComplaints(string userFile, params string[] options)
    {
        var diagnostics = new ConfigDiagnostics();
        ClientConfig? config = Client(userFile, diagnostics, options: options);
        Assert.Equal(diagnostics.HasErrors, config is null);
        return [.. diagnostics.Where(d => d.Severity >= ConfigSeverity.Warning).Select(d => d.Text)];
    }

    public static ServerConfig? Server(string file, ConfigDiagnostics diagnostics, MemoryConfigFiles? files = null, params string[] options)
    {
        files ??= new MemoryConfigFiles();
        files["/etc/ssh/sshd_config"] = file;
        var commandLine = new CommandLineOptions();
        foreach (string option in options)
            commandLine.Add(option);
        return ServerConfigParser.Load(new ServerConfigSource { Files = files, Algorithms = Algorithms, Local = Local, CommandLine = commandLine }, diagnostics);
    }

    public static ServerConfig GoodServer(string file, MemoryConfigFiles? files = null)
    {
        var diagnostics = new ConfigDiagnostics();
        ServerConfig? config = Server(file, diagnostics, files);
        Assert.DoesNotContain(diagnostics, d => d.Severity == ConfigSeverity.Error);
        return Assert.IsType<ServerConfig>(config);
    }

    public static string[] ServerComplaints(string file, params string[] options)
    {
        var diagnostics = new ConfigDiagnostics();
        ServerConfig? config = Server(file, diagnostics, null, options);
        Assert.Equal(diagnostics.HasErrors, config is null);
        return [.. diagnostics.Where(d => d.Severity >= ConfigSeverity.Warning).Select(d => d.Text)];
    }
}
