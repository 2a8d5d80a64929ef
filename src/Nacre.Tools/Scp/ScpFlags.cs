namespace Nacre.Tools.Scp;

/// <summary>The flags of scp.</summary>
internal static class ScpFlags
{
    public static FlagTable Table { get; } = new(
        "scp",
        [new Synopsis("", "346ABCOpqRrsTvacDFiJloPSX", "source ... target")],
        new Flag('1', null, "Refused: there is no protocol 1 any more.") { IsHidden = true },
        new Flag('2', null, "Taken and without effect.") { IsHidden = true },
        new Flag('3', null, "Copy between two other machines by way of this one, as is done unless -R is given."),
        new Flag('4', null, "Use IPv4 addresses only."),
        new Flag('6', null, "Use IPv6 addresses only."),
        new Flag('A', null, "Let the other machine use the agent of this one."),
        new Flag('B', null, "Ask for no password and no passphrase."),
        new Flag('C', null, "Compress data."),
        new Flag('D', "sftp_server_path", "Talk to this program instead of connecting to a server."),
        new Flag('F', "ssh_config", "Have ssh read this configuration file and no other."),
        new Flag('J', "destination", "Connect by way of these machines."),
        new Flag('O', null, "Use the old scp protocol, which needs a shell and scp at the other side."),
        new Flag('P', "port", "Connect to this port."),
        new Flag('R', null, "Copy between two other machines by running scp at the first."),
        new Flag('S', "program", "Connect with this program in the place of ssh."),
        new Flag('T', null, "Take whatever names the other side sends (-O)."),
        new Flag('X', "sftp_option", "Set buffer=BYTES or nrequests=NUMBER of SFTP."),
        new Flag('a', null, "Go on where an earlier copy ended, once what is there has been compared.") { Word = "resume" },
        new Flag('c', "cipher", "The ciphers to offer, in order."),
        new Flag('d', null, "The target must be a directory; said to the scp at the other side.") { IsHidden = true },
        new Flag('f', null, "Be the other side and send.") { IsHidden = true },
        new Flag('i', "identity_file", "Log in with this private key."),
        new Flag('l', "limit", "Move no more than so many Kbit/s."),
        new Flag('o', "ssh_option", "Set a configuration keyword of ssh."),
        new Flag('p', null, "Copies keep times and permissions."),
        new Flag('q', null, "Show no progress, and say nothing but failures."),
        new Flag('r', null, "Copy directories with all that is in them."),
        new Flag('s', null, "Use SFTP, as is done unless -O is given."),
        new Flag('t', null, "Be the other side and receive.") { IsHidden = true },
        new Flag('v', null, "Tell what happens; up to three times tells more."));
}
