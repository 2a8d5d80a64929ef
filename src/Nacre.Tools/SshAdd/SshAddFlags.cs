namespace Nacre.Tools.SshAdd;

/// <summary>The flags of ssh-add; parser and usage are made from this table.</summary>
internal static class SshAddFlags
{
    public static FlagTable Table { get; } = new(
        "ssh-add",
        [
            new Synopsis("", "CcDdKkLlNqvXxEHhSt", "[file ...]"),
            new Synopsis("s", "CPv", "[certificate ...]"),
            new Synopsis("e", ""),
            new Synopsis("T", "", "pubkey ..."),
            new Synopsis("Q", ""),
        ],
        new Flag('C', null, "Adds or removes certificates only, not plain keys."),
        new Flag('c', null, "The agent has SSH_ASKPASS ask for a yes each time that a key is used."),
        new Flag('D', null, "Removes all keys."),
        new Flag('d', null, "Removes the keys of the files that are named, - for public keys on standard input."),
        new Flag('E', "fingerprint_hash", "The hash of fingerprints: sha256, md5, sha1, sha384 or sha512 (sha256)."),
        new Flag('e', "pkcs11", "Removes the keys of a PKCS#11 library."),
        new Flag('H', "hostkey_file", "A known_hosts file for -h to look in; several are looked in (those of ssh)."),
        new Flag('h', "destination_constraint", "The keys may be used to log in to [user@]host, or from there on to another: host>[user@]host."),
        new Flag('K', null, "Adds the keys that a security key keeps whole."),
        new Flag('k', null, "Adds or removes plain keys only, not certificates."),
        new Flag('L', null, "Prints the public keys that the agent has."),
        new Flag('l', null, "Prints the fingerprints of the keys that the agent has."),
        new Flag('N', null, "The agent keeps a certificate past its end; otherwise it drops it five minutes later."),
        new Flag('P', null, "Asks for no PIN."),
        new Flag('Q', null, "Prints the extensions that the agent says it has."),
        new Flag('q', null, "Says nothing but errors."),
        new Flag('S', "provider", "The shared library that speaks to security keys ($SSH_SK_PROVIDER)."),
        new Flag('s', "pkcs11", "Has the agent load a PKCS#11 library, with certificates for its keys."),
        new Flag('T', null, "Has the agent sign with the keys whose public halves are named, and verifies that."),
        new Flag('t', "life", "How long the agent keeps the keys, in seconds or as 1h30m."),
        new Flag('v', null, "Tells what happens; up to three times tells more."),
        new Flag('X', null, "Unlocks the agent."),
        new Flag('x', null, "Locks the agent with a password."));
}
