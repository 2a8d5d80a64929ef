using Nacre.Config;
using Nacre.Tests.Architecture;

namespace Nacre.Tests.Config;

/// <summary>Holds the table of a server's keywords against the manual of OpenSSH 10.5, and those that are said to work against the compiled code that is to obey them.</summary>
public sealed class ServerKeywordListTests
{
    /// <summary>Every keyword of sshd_config(5) of OpenSSH 10.5.</summary>
    private static readonly string[] Manual =
    [
        "AcceptEnv", "AddressFamily", "AllowAgentForwarding", "AllowGroups", "AllowStreamLocalForwarding", "AllowTcpForwarding", "AllowUsers",
        "AuthenticationMethods", "AuthorizedKeysCommand", "AuthorizedKeysCommandUser", "AuthorizedKeysFile", "AuthorizedPrincipalsCommand",
        "AuthorizedPrincipalsCommandUser", "AuthorizedPrincipalsFile", "Banner", "CASignatureAlgorithms", "ChannelTimeout", "ChrootDirectory", "Ciphers",
        "ClientAliveCountMax", "ClientAliveInterval", "Compression", "DenyGroups", "DenyUsers", "DisableForwarding", "ExposeAuthInfo", "FingerprintHash",
        "ForceCommand", "GatewayPorts", "GSSAPIAuthentication", "GSSAPICleanupCredentials", "GSSAPIDelegateCredentials", "GSSAPIStrictAcceptorCheck",
        "HostbasedAcceptedAlgorithms", "HostbasedAuthentication", "HostbasedUsesNameFromPacketOnly", "HostCertificate", "HostKey", "HostKeyAgent",
        "HostKeyAlgorithms", "IgnoreRhosts", "IgnoreUserKnownHosts", "Include", "IPQoS", "KbdInteractiveAuthentication", "KerberosAuthentication",
        "KerberosGetAFSToken", "KerberosOrLocalPasswd", "KerberosTicketCleanup", "KexAlgorithms", "ListenAddress", "LoginGraceTime", "LogLevel",
        "LogVerbose", "MACs", "Match", "MaxAuthTries", "MaxSessions", "MaxStartups", "ModuliFile", "PAMServiceName", "PasswordAuthentication",
        "PermitEmptyPasswords", "PermitListen", "PermitOpen", "PermitRootLogin", "PermitTTY", "PermitTunnel", "PermitUserEnvironment", "PermitUserRC",
        "PerSourceMaxStartups", "PerSourceNetBlockSize", "PerSourcePenalties", "PerSourcePenaltyExemptList", "PidFile", "Port", "PrintLastLog",
        "PrintMotd", "PubkeyAcceptedAlgorithms", "PubkeyAuthentication", "PubkeyAuthOptions", "RDomain", "RefuseConnection", "RekeyLimit",
        "RequiredRSASize", "RevokedKeys", "SecurityKeyProvider", "SetEnv", "SshdAuthPath", "SshdSessionPath", "StreamLocalBindMask",
        "StreamLocalBindUnlink", "StrictModes", "Subsystem", "SyslogFacility", "TCPKeepAlive", "TrustedUserCAKeys", "UnusedConnectionTimeout", "UseDNS",
        "UsePAM", "VersionAddendum", "X11DisplayOffset", "X11Forwarding", "X11UseLocalhost", "XAuthLocation",
    ];

    /// <summary>Keywords that OpenSSH does not have.</summary>
    private static readonly string[] Own = ["LogFormat", "MetricsListen"];

    /// <summary>Where the server asks for a keyword by another name than the keyword's own.</summary>
    private static readonly Dictionary<string, string> AskedAs = new()
    {
        ["AllowGroups"] = nameof(ServerConfig.AllowsUser),
        ["AllowUsers"] = nameof(ServerConfig.AllowsUser),
        ["AuthorizedKeysFile"] = nameof(ServerConfig.AuthorizedKeysFilesOf),
        ["AuthorizedPrincipalsFile"] = nameof(ServerConfig.AuthorizedPrincipalsFileOf),
        ["ChrootDirectory"] = nameof(ServerConfig.ChrootDirectoryOf),
        ["DenyGroups"] = nameof(ServerConfig.AllowsUser),
        ["DenyUsers"] = nameof(ServerConfig.AllowsUser),
        ["DisableForwarding"] = "get_" + nameof(ServerConfig.AllowTcpForwarding),
        ["ListenAddress"] = "get_" + nameof(ServerConfig.ListenEndpoints),
        ["Port"] = "get_" + nameof(ServerConfig.ListenEndpoints),
    };

    [Fact]
    public void The_manual_has_105_keywords() => Assert.Equal(105, Manual.Distinct(StringComparer.OrdinalIgnoreCase).Count());

    [Fact]
    public void Every_keyword_of_the_manual_works_or_is_left_out_for_a_reason()
    {
        List<string> faults = [];
        foreach (string name in Manual)
        {
            if (!ServerKeywords.Table.TryFind(name, out Keyword? keyword))
                faults.Add($"{name} is not declared");
            else if (keyword!.Name != name)
                faults.Add($"{name} is written {keyword.Name}");
            else if (keyword is not BareKeyword && keyword.Status != KeywordStatus.Live)
                faults.Add($"{name} is {keyword.Status}");
            else if (keyword is BareKeyword { Status: not KeywordStatus.Structural, Reason: "" })
                faults.Add($"{name} does not work, and its declaration does not say why");
        }

        Assert.Empty(faults);
    }

    [Fact]
    public void Nothing_works_that_the_manual_does_not_have()
    {
        string[] live = [.. ServerKeywords.Table.All.Where(k => k is not BareKeyword || k.Status == KeywordStatus.Structural).Select(k => k.Name)];
        Assert.Empty(live.Except([.. Manual, .. Own], StringComparer.Ordinal));
    }

    [Fact]
    public void Every_keyword_that_works_is_asked_for_by_the_server()
    {
        var asked = CompiledAssembly.Open("nacre-tools").Namings
            .Where(naming => naming.ToType == nameof(ServerConfig) && naming.Member is not null)
            .Select(naming => naming.Member!)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

        Assert.Contains("get_HostKeys", asked);
        string[] ignored = [.. ServerKeywords.Table.All
            .Where(keyword => keyword.Status == KeywordStatus.Live)
            .Select(keyword => keyword.Name)
            .Where(name => !asked.Contains(AskedAs.GetValueOrDefault(name, "get_" + name)) && !asked.Contains($"get_{name}s"))];
        Assert.Empty(ignored);
    }
}
