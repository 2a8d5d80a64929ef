namespace Nacre.Tools.Sftp;

/// <summary>The flags of sftp.</summary>
internal static class SftpFlags
{
    public static FlagTable Table { get; } = new(
        "sftp",
        [new Synopsis("", "46AaCfNpqrvBbcDFiJloPRSsX", "destination")],
        new Flag('4', null, "Use IPv4 addresses only."),
        new Flag('6', null, "Use IPv6 addresses only."),
        new Flag('A', null, "Forward the authentication agent."),
        new Flag('B', "buffer_size", "Read and write at most this many bytes in one request; by default as many as the server takes."),
        new Flag('C', null, "Compress data."),
        new Flag('D', "sftp_server_command", "Talk to this program instead of connecting to a server."),
        new Flag('F', "ssh_config", "Have ssh read this configuration file and no other."),
        new Flag('J', "destination", "Connect by way of these machines."),
        new Flag('N', null, "Say what is being done even with -b."),
        new Flag('P', "port", "Connect to this port."),
        new Flag('R', "num_requests", "Have at most this many requests without an answer; by default as many as the path needs."),
        new Flag('S', "program", "Connect with this program in the place of ssh."),
        new Flag('X', "sftp_option", "Set nrequests=NUMBER, as -R does, or buffer=SIZE, as -B does."),
        new Flag('a', null, "Go on where an earlier copy ended; what is there is compared first."),
        new Flag('b', "batchfile", "Take the commands from a file (- is standard input) and stop at the first that fails."),
        new Flag('c', "cipher", "The ciphers to offer, in order."),
        new Flag('f', null, "Have each copy on the disk before it counts as done."),
        new Flag('i', "identity_file", "Log in with this private key."),
        new Flag('l', "limit", "Copy at most this many Kbit in a second."),
        new Flag('o', "ssh_option", "Set a configuration keyword of ssh."),
        new Flag('p', null, "Copies keep times and permissions."),
        new Flag('q', null, "Say nothing but results and failures, and show no progress."),
        new Flag('r', null, "Copy directories with all that is in them."),
        new Flag('s', "subsystem | sftp_server", "The subsystem, or the path of the SFTP server, at the other side."),
        new Flag('v', null, "Have ssh tell what happens; up to three times tells more."));
}
