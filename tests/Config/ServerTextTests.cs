using Nacre.Config;
using Nacre.Config.Values;

namespace Nacre.Tests.Config;

/// <summary>The text in which the monitor tells other processes the configuration says just what the configuration says.</summary>
public class ServerTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Port 3\nPort 4\nListenAddress 1.2.3.4\nListenAddress [::1]:9 rdomain vrf1\nListenAddress \"a b\"\n")]
    [InlineData("SetEnv A=\"b  c\" B= C='\"' D=\\\\ \"E=#f\"\nSetEnv A=z\nAcceptEnv LANG LC_*\nAcceptEnv X\n")]
    [InlineData("ForceCommand a \"b c\" # d\nVersionAddendum = = x\nAuthorizedKeysCommand /bin/x \"%u\" \\\"\n")]
    [InlineData("Subsystem sftp /x -a \"b  c\" # d\nSubsystem \"a b\" internal-sftp\n")]
    [InlineData("AuthorizedKeysFile \"%h/my keys\" /k/%u none\nHostKey \"~/a b\"\nHostKey rel\nRevokedKeys \"a \\\" b\" c\nBanner '#x'\n")]
    [InlineData("AuthorizedKeysFile none\nRevokedKeys none\nPidFile none\nPermitOpen none\nChannelTimeout none\nBanner none\nForceCommand none\n")]
    [InlineData("PermitOpen a:1 \"b c:2\" [::1]:* *:5\nPermitListen 5 a*:*\nAllowUsers a@10.0.0.0/8 !b \"c d\"\nDenyGroups x y\n")]
    [InlineData("Ciphers -*\nMACs +hmac-1\nHostKeyAlgorithms ecdsa*\nPubkeyAcceptedAlgorithms -ed\nKexAlgorithms ^kex-b\n")]
    [InlineData("RekeyLimit 1G 1h\nMaxStartups 5\nIPQoS af21 none\nStreamLocalBindMask 0007\nLoginGraceTime 0\nUnusedConnectionTimeout 5m\nChannelTimeout session:*=5m global=1h\n")]
    [InlineData("PerSourcePenalties crash:1.5m noauth:0.25s overflow:deny-all\nPerSourceMaxStartups none\nPerSourceNetBlockSize 24:64\nPerSourcePenaltyExemptList 10.0.0.0/8,::1\n")]
    [InlineData("PermitUserEnvironment \"LANG,A B\"\nLogVerbose \"a b:*\" c\nHostKeyAgent SSH_AUTH_SOCK\nIgnoreRhosts shosts-only\nPermitRootLogin forced-commands-only\n")]
    [InlineData("AuthenticationMethods publickey,password publickey,keyboard-interactive:pam\nGatewayPorts clientspecified\nAllowTcpForwarding local\nPermitTunnel ethernet\n")]
    public void A_text_is_read_back_as_what_was_written(string file)
    {
        ServerConfig config = ConfigBed.GoodServer(file);
        string text = config.ToText();
        ServerConfig back = ServerConfigParser.ReadBack(text, ConfigBed.Algorithms);
        Assert.Equal(config.Dump(), back.Dump());
        Assert.Equal(text, back.ToText());
        Assert.Equal(config.SetEnv, back.SetEnv);
        Assert.Equal(config.Subsystems, back.Subsystems);
        Assert.Equal(config.ListenEndpoints, back.ListenEndpoints);
        Assert.Equal(config.HasOwnHostKeys, back.HasOwnHostKeys);
        Assert.Equal(config.AuthorizedKeysFilesOf("u", 5, "/home/u"), back.AuthorizedKeysFilesOf("u", 5, "/home/u"));
    }

    [Fact]
    public void It_has_what_was_said_and_for_one_connection_what_its_blocks_say()
    {
        ServerConfig config = ConfigBed.GoodServer("MaxAuthTries 3\nSubsystem sftp /a\nMatch User bob\nMaxAuthTries 1\nSubsystem sftp /b c\n");
        Assert.Equal("maxauthtries 3\nsubsystem sftp /a\n", config.ToText());
        ServerConfig bob = ServerConfigParser.ReadBack(config.ForConnection(new MatchCriteria { User = "bob" }).ToText(), ConfigBed.Algorithms);
        Assert.Equal(1, bob.MaxAuthTries);
        Assert.Equal([new SubsystemCommand("sftp", "/b c")], bob.Subsystems);
        Assert.False(bob.HasMatchBlocks);
    }

    [Fact]
    public void An_option_with_a_line_end_is_refused() =>
        Assert.Equal("command-line line 0: keyword Banner has a line end in its argument", ConfigBed.ServerComplaints("", "Banner=/x\nPermitRootLogin yes")[0]);

    [Theory]
    [InlineData("Port x\n")]
    [InlineData("Nothing 1\n")]
    public void A_text_that_nobody_wrote_is_an_error_of_ours(string text) =>
        Assert.Throws<InvalidOperationException>(() => ServerConfigParser.ReadBack(text, ConfigBed.Algorithms));
}
