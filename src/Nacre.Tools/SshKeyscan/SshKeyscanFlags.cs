namespace Nacre.Tools.SshKeyscan;

/// <summary>The flags of ssh-keyscan; parser and usage are made from this table.</summary>
internal static class SshKeyscanFlags
{
    public static FlagTable Table { get; } = new(
        "ssh-keyscan",
        [new Synopsis("", "46cDHqvfOpTt", "[host | addrlist namelist]")],
        new Flag('4', null, "Use IPv4 addresses only."),
        new Flag('6', null, "Use IPv6 addresses only."),
        new Flag('c', null, "Ask for certificates in place of plain keys."),
        new Flag('D', null, "Print SSHFP records for DNS."),
        new Flag('f', "file", "Read hosts from a file, one a line, or - for standard input."),
        new Flag('H', null, "Hash the names that are printed."),
        new Flag('O', "option", "hashalg=sha1 or hashalg=sha256: the one hash of SSHFP records to print."),
        new Flag('p', "port", "Connect to this port."),
        new Flag('q', null, "Print no line that says which server a key is from."),
        new Flag('T', "timeout", "How long a server may take to be connected to, and how long for each answer (5)."),
        new Flag('t', "type", "The types of keys to ask for, with commas between them: ecdsa, ed25519, rsa."),
        new Flag('v', null, "Tell what happens; up to three times tells more."));
}
