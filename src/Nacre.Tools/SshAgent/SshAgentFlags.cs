namespace Nacre.Tools.SshAgent;

/// <summary>The flags of ssh-agent; parser and usage are made from this table.</summary>
internal static class SshAgentFlags
{
    public static FlagTable Table { get; } = new(
        "ssh-agent",
        [
            new Synopsis("", "csDdTUaEOPt"),
            new Synopsis("", "TUaEOPt", "command [arg ...]"),
            new Synopsis("k", "cs"),
            new Synopsis("u", ""),
            new Synopsis("V", ""),
        ],
        new Flag('a', "bind_address", "The path of the socket (a new one in ~/.ssh/agent)."),
        new Flag('c', null, "Print commands for a C shell; so by itself where SHELL ends in csh."),
        new Flag('D', null, "Stay in the foreground. Without -a a socket that was passed on is served (LISTEN_FDS)."),
        new Flag('d', null, "The same, and tell what happens on standard error."),
        new Flag('E', "fingerprint_hash", "The hash of the fingerprints that people are asked about: sha256, md5, sha1, sha384 or sha512 (sha256)."),
        new Flag('k', null, "End the agent of SSH_AGENT_PID."),
        new Flag('O', "option", "allow-remote-pkcs11: those who use the agent through SSH may have it load libraries, too. "
            + "no-restrict-websafe: a security key's keys for web pages sign anything, not logins and messages only. "
            + "websafe-allow=patterns: so do those for these applications alone (ssh:*)."),
        new Flag('P', "allowed_providers", "Patterns for the paths of libraries that may be loaded (/usr/lib*/*,/usr/local/lib*/*)."),
        new Flag('s', null, "Print commands for a Bourne shell."),
        new Flag('T', null, "Make the socket in a new directory of TMPDIR, or of /tmp."),
        new Flag('t', "life", "How long keys are kept that come without a time of their own, such as 8h; for ever without."),
        new Flag('U', null, "Leave sockets in ~/.ssh/agent alone that nobody listens at any more."),
        new Flag('u', null, "Remove such sockets and do nothing else; twice, also those that other hosts have made."),
        new Flag('V', null, "Print the version and exit."));
}
