namespace Nacre.Tools.Ssh;

/// <summary>The flags of ssh that work; parser and usage are made from this table.</summary>
internal static class SshFlags
{
    public static FlagTable Table { get; } = new(
        "ssh",
        [new Synopsis("", "46CGNTVanqstvxEFJLRceilmop", "destination [command [argument ...]]"), new Synopsis("Q", "")],
        new Flag('4', null, "Use IPv4 addresses only."),
        new Flag('6', null, "Use IPv6 addresses only."),
        new Flag('C', null, "Compress data."),
        new Flag('E', "log_file", "Append what is told to a file."),
        new Flag('F', "configfile", "Read this configuration file and no other."),
        new Flag('G', null, "Print the configuration for the destination and exit."),
        new Flag('J', "destination", "Connect by way of these machines: [user@]host[:port], with commas between them."),
        new Flag('L', "address", "Listen here and connect there: [bind_address:]port:host:hostport."),
        new Flag('N', null, "Run no command: forward ports only."),
        new Flag('Q', "query_option", "List the algorithms of a kind and exit."),
        new Flag('R', "address", "Have the server listen, and connect here: [bind_address:]port:host:hostport."),
        new Flag('T', null, "Ask for no terminal."),
        new Flag('V', null, "Print the version and exit."),
        new Flag('a', null, "Do not forward the authentication agent, which is never forwarded yet."),
        new Flag('c', "cipher_spec", "The ciphers to offer, in order."),
        new Flag('e', "escape_char", "The escape character of sessions with a terminal; none for none."),
        new Flag('i', "identity_file", "Log in with this private key."),
        new Flag('l', "login_name", "Log in as this user."),
        new Flag('m', "mac_spec", "The MACs to offer, in order."),
        new Flag('n', null, "Read nothing from standard input."),
        new Flag('o', "option", "Set a configuration keyword."),
        new Flag('p', "port", "Connect to this port."),
        new Flag('q', null, "Say nothing but why the program ends."),
        new Flag('s', null, "The command names a subsystem."),
        new Flag('t', null, "Ask for a terminal; twice, even when there is none here."),
        new Flag('v', null, "Tell what happens; up to three times tells more."),
        new Flag('x', null, "Do not forward X11, which is never forwarded yet."));
}
