using Nacre.Config;

namespace Nacre.Tests.Config;

/// <summary>Holds the table of a client's keywords against the manual of OpenSSH 10.5.</summary>
public class ClientKeywordListTests
{
    /// <summary>Every keyword of ssh_config(5) of OpenSSH 10.5.</summary>
    private static readonly string[] Manual =
    [
        "AddKeysToAgent", "AddressFamily", "BatchMode", "BindAddress", "BindInterface", "CanonicalDomains", "CanonicalizeFallbackLocal",
        "CanonicalizeHostname", "CanonicalizeMaxDots", "CanonicalizePermittedCNAMEs", "CASignatureAlgorithms", "CertificateFile", "ChannelTimeout",
        "CheckHostIP", "Ciphers", "ClearAllForwardings", "Compression", "ConnectionAttempts", "ConnectTimeout", "ControlMaster", "ControlPath",
        "ControlPersist", "DynamicForward", "EnableEscapeCommandline", "EnableSSHKeysign", "EscapeChar", "ExitOnForwardFailure", "FingerprintHash",
        "ForkAfterAuthentication", "ForwardAgent", "ForwardX11", "ForwardX11Timeout", "ForwardX11Trusted", "GatewayPorts", "GlobalKnownHostsFile",
        "GSSAPIAuthentication", "GSSAPIDelegateCredentials", "HashKnownHosts", "Host", "HostbasedAcceptedAlgorithms", "HostbasedAuthentication",
        "HostKeyAlgorithms", "HostKeyAlias", "Hostname", "IdentitiesOnly", "IdentityAgent", "IdentityFile", "IgnoreUnknown", "Include", "IPQoS",
        "KbdInteractiveAuthentication", "KbdInteractiveDevices", "KexAlgorithms", "KnownHostsCommand", "LocalCommand", "LocalForward", "LogLevel",
        "LogVerbose", "MACs", "Match", "NoHostAuthenticationForLocalhost", "NumberOfPasswordPrompts", "ObscureKeystrokeTiming",
        "PasswordAuthentication", "PermitLocalCommand", "PermitRemoteOpen", "PKCS11Provider", "Port", "PreferredAuthentications", "ProxyCommand",
        "ProxyJump", "ProxyUseFdpass", "PubkeyAcceptedAlgorithms", "PubkeyAuthentication", "RefuseConnection", "RekeyLimit", "RemoteCommand",
        "RemoteForward", "RequestTTY", "RequiredRSASize", "RevokedHostKeys", "SecurityKeyProvider", "SendEnv", "ServerAliveCountMax",
        "ServerAliveInterval", "SessionType", "SetEnv", "StdinNull", "StreamLocalBindMask", "StreamLocalBindUnlink", "StrictHostKeyChecking",
        "SyslogFacility", "Tag", "TCPKeepAlive", "Tunnel", "TunnelDevice", "UpdateHostKeys", "User", "UserKnownHostsFile", "VerifyHostKeyDNS",
        "VersionAddendum", "VisualHostKey", "WarnWeakCrypto", "XAuthLocation",
    ];

    [Fact]
    public void The_manual_has_104_keywords() => Assert.Equal(104, Manual.Distinct(StringComparer.OrdinalIgnoreCase).Count());

    [Fact]
    public void Every_keyword_of_the_manual_works_or_is_left_out_for_a_reason()
    {
        List<string> faults = [];
        foreach (string name in Manual)
        {
            if (!ClientKeywords.Table.TryFind(name, out Keyword? keyword))
                faults.Add($"{name} is not declared");
            else if (keyword!.Status is not (KeywordStatus.Live or KeywordStatus.Structural) && keyword is not BareKeyword { Reason.Length: > 0 })
                faults.Add($"{name} does not work, and its declaration does not say why");
        }

        Assert.Empty(faults);
    }

    [Fact]
    public void Nothing_works_that_the_manual_does_not_have()
    {
        string[] live = [.. ClientKeywords.Table.All.Where(k => k.Status is KeywordStatus.Live or KeywordStatus.Structural).Select(k => k.Name)];
        Assert.Empty(live.Except(Manual, StringComparer.Ordinal));
    }
}
