namespace Nacre.Tools.Sshd;

/// <summary>The flags of sshd that work; parser and usage are made from this table.</summary>
internal static class SshdFlags
{
    public static FlagTable Table { get; } = new(
        "sshd",
        [new Synopsis("", "46DdeGiqTtVCcEfghoPpuw")],
        new Flag('4', null, "Use IPv4 addresses only."),
        new Flag('6', null, "Use IPv6 addresses only."),
        new Flag('C', "connection_spec", "Print the configuration for this connection: user=, host=, addr=, laddr=, lport=, rdomain= and invalid-user, with commas between them."),
        new Flag('D', null, "Stay in the foreground."),
        new Flag('E', "log_file", "Append the log to a file."),
        new Flag('G', null, "Print the configuration and exit, without looking at the host keys."),
        new Flag('P', "networks", "Connections from these addresses come through a proxy, and must begin with a header of the PROXY protocol; not in OpenSSH."),
        new Flag('T', null, "Check the configuration, print it and exit."),
        new Flag('V', null, "Print the version and exit."),
        new Flag('c', "host_certificate_file", "Use this certificate of a host key."),
        new Flag('d', null, "Serve one connection in the foreground and tell what happens; up to three times tells more."),
        new Flag('e', null, "Log to standard error."),
        new Flag('f', "config_file", "Read this configuration file."),
        new Flag('g', "login_grace_time", "Give a login so much time."),
        new Flag('h', "host_key_file", "Use this host key."),
        new Flag('i', null, "Serve one connection on standard input and output."),
        new Flag('o', "option", "Set a configuration keyword."),
        new Flag('p', "port", "Listen on this port."),
        new Flag('q', null, "Log nothing."),
        new Flag('t', null, "Check the configuration and the host keys and exit."),
        new Flag('u', "len", "Record the names of clients that are at most so long with logins at terminals, and the addresses of all others; 0 for addresses only."),
        new Flag('w', "drain_time", "When told to stop, accept nobody and wait so long for connections to end by themselves; not in OpenSSH."));
}
