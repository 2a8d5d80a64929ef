namespace Nacre.Tools.Scp;

/// <summary>The flags of scp.</summary>
internal static class ScpFlags
{
    public static FlagTable Table { get; } = new(
        "scp",
        [new Synopsis("", "346BCpqrvcDFioPS", "source ... target")],
        new Flag('3', null, "Copy between two other machines by way of this one, as is always done."),
        new Flag('4', null, "Use IPv4 addresses only."),
        new Flag('6', null, "Use IPv6 addresses only."),
        new Flag('B', null, "Ask for no password and no passphrase."),
        new Flag('C', null, "Compress data."),
        new Flag('D', "sftp_server_path", "Talk to this program instead of connecting to a server."),
        new Flag('F', "ssh_config", "Have ssh read this configuration file and no other."),
        new Flag('P', "port", "Connect to this port."),
        new Flag('S', "program", "Connect with this program in the place of ssh."),
        new Flag('c', "cipher", "The ciphers to offer, in order."),
        new Flag('i', "identity_file", "Log in with this private key."),
        new Flag('o', "ssh_option", "Set a configuration keyword of ssh."),
        new Flag('p', null, "Copies keep times and permissions."),
        new Flag('q', null, "Show no progress, and say nothing but failures."),
        new Flag('r', null, "Copy directories with all that is in them."),
        new Flag('v', null, "Have ssh tell what happens; up to three times tells more."));
}
