using Nacre.Protocol.Keys;

namespace Nacre.Tools.SshKeygen;

/// <summary>The tool ssh-keygen: makes key pairs, shows them and changes how they are stored.</summary>
internal static class SshKeygenApplet
{
    public static readonly FlagTable Flags = new(
        "ssh-keygen",
        [
            new("", "qabCfmNOtwZ"),
            new("p", "afmNPZ"),
            new("i", "afNPZ"),
            new("e", "fmP"),
            new("y", "fP"),
            new("c", "aCfP"),
            new("l", "vEf"),
            new("B", "f"),
            new("D", "lvE"),
            new("F", "BHlqvEf"),
            new("H", "f"),
            new("R", "qf"),
            new("r", "gfO"),
            new("M", "vfO", "output_file"),
            new("sI", "hUqDPnOVwz", "file ..."),
            new("L", "Ef"),
            new("K", "aNOw"),
            new("A", "afm") { Values = { ['f'] = "prefix_path" } },
            new("kf", "uCqsz", "file ...") { Values = { ['f'] = "krl_file", ['s'] = "ca_public", ['z'] = "version_number" } },
            new("Qf", "l", "[file ...]") { Values = { ['f'] = "krl_file" } },
            new("Yfn", "qUOPw", "[file ...]") { Values = { ['Y'] = "sign", ['f'] = "keyfile", ['n'] = "namespace" } },
            new("YfIns", "qErO") { Values = { ['Y'] = "verify", ['f'] = "allowed_signers_file", ['I'] = "signer_identity", ['n'] = "namespace", ['s'] = "signature_file", ['r'] = "krl_file" } },
            new("Yns", "qEO") { Values = { ['Y'] = "check-novalidate", ['n'] = "namespace", ['s'] = "signature_file" } },
            new("Ysf", "O") { Values = { ['Y'] = "find-principals", ['s'] = "signature_file", ['f'] = "allowed_signers_file" } },
            new("YIf", "") { Values = { ['Y'] = "match-principals", ['I'] = "signer_identity", ['f'] = "allowed_signers_file" } },
        ],
        new('A', null, "Makes the host keys of every type that do not exist yet."),
        new('a', "rounds", "How many rounds of key derivation lock the private key (24)."),
        new('B', null, "Shows the fingerprint in words that can be pronounced."),
        new('b', "bits", "The size of the key: RSA 1024 to 16384 (3072), ECDSA 256, 384 or 521 (256)."),
        new('C', "comment", "The comment of the key (user@host)."),
        new('c', null, "Changes the comment of a private key and its public key file."),
        new('D', "pkcs11_provider", "Prints the public keys in the tokens of this PKCS#11 library, with -l their fingerprints; with -s, the authority's private key is there, -s names its public key and -P may give the PIN."),
        new('E', "fingerprint_hash", "The hash of fingerprints: sha256, md5, sha1, sha384 or sha512 (sha256)."),
        new('e', null, "Prints a public key in the form that -m names, for other programs."),
        new('F', "hostname", "Finds the host in a known_hosts file; [hostname]:port where it has a port of its own. With -l the keys' fingerprints, with -H hashed."),
        new('f', "keyfile", "The file of the private key; the public one is beside it with .pub. For -F, -H and -R the known_hosts file (~/.ssh/known_hosts), for -A what stands before /etc/ssh, for -Y but sign the list of allowed signers."),
        new('g', null, "Prints SSHFP records in the form that every name server knows."),
        new('H', null, "Hashes the names in a known_hosts file, so that it does not tell them; what was there is kept beside it with .old."),
        new('h', null, "Makes certificates for hosts, not for users."),
        new('I', "certificate_identity", "What the authority calls the certificate; servers log it. With -Y, who is to have signed."),
        new('k', null, "Makes a key revocation list of the keys, certificates and directives (serial, id, key, sha1, sha256, hash) in files."),
        new('i', null, "Prints the key of another program as OpenSSH has it: RFC 4716, PEM, PKCS#8, PuTTY's .ppk or ssh.com's, found out by itself; a private key comes out as one."),
        new('K', null, "Writes files for the keys that a security key keeps whole, into the current directory."),
        new('L', null, "Shows what the certificates in a file say."),
        new('l', null, "Shows the fingerprint of each key in a file; with -Q, all that the list revokes."),
        new('M', "generate | screen", "Finds primes for Diffie-Hellman group exchange: generate writes numbers that may be such primes, screen tests those of a file (-f) or of standard input and adds the safe primes to a file of moduli(5), or prints them (-)."),
        new('N', "new_passphrase", "The passphrase that locks the private key from now on."),
        new('m', "format", "The form of the private key file: RFC4716, which stands for OpenSSH's own, PEM or PKCS8 (RFC4716). With -e, the form of the public key, by the same names."),
        new('n', "principals", "The users or hosts that a certificate is for, separated by commas. With -Y, what a signature is for, such as file."),
        new('O', "option", "What a certificate permits or asks: clear; no- or permit- with agent-forwarding, port-forwarding, pty, user-rc or X11-forwarding; "
            + "force-command=command, source-address=list, no-touch-required, verify-required, critical:name[=text] or extension:name[=text]. "
            + "What a key is to be that a security key makes: application=ssh:name, challenge=file, device=name, no-touch-required, resident, user=name, verify-required; write-attestation=file. With -r, hashalg=sha1 or sha256. "
            + "With -Y, hashalg=sha256 or sha512 to sign with (sha512), verify-time=YYYYMMDD[HHMM[SS]][Z] to check as at that time, and print-pubkey to print the key that signed. "
            + "With -M generate, bits=, memory= (megabytes) and start= (hexadecimal); with -M screen, lines=, start-line=, checkpoint=file, generator= (2, 3 or 5) and prime-tests= (100)."),
        new('o', null, "Means nothing: OpenSSH's own form is the usual one.") { IsHidden = true },
        new('P', "passphrase", "The passphrase that opens the private key."),
        new('p', null, "Changes the passphrase of a private key."),
        new('Q', null, "Says of the key in each file whether a key revocation list revokes it; the exit status is 1 when it does one."),
        new('q', null, "Says nothing but errors."),
        new('R', "hostname", "Takes the keys of a host out of a known_hosts file; what was there is kept beside it with .old."),
        new('r', "hostname", "Prints the SSHFP records of a key for a zone file; without -f, of this machine's host keys. With -Y verify, the file of keys that sign no more: a key revocation list, or public keys, one on a line."),
        new('s', "ca_key", "Certifies the public keys in files with the key of an authority; with -k, says whose certificates the serial numbers and ids are (none: everybody's); with -Y, the file of the signature."),
        new('t', "ecdsa | ecdsa-sk | ed25519 | ed25519-sk | rsa", "The type of the key to make (ed25519); with -s, what an RSA key signs with (rsa-sha2-512)."),
        new('U', null, "The authority's private key is in an agent, and -s names its public key. With -Y sign, the key of -f is in an agent."),
        new('u', null, "Adds to the key revocation list that is there."),
        new('V', "validity_interval", "When a certificate holds, such as +52w, -1d:20300101 or always:forever."),
        new('v', null, "Draws the key beside its fingerprint; with -M, says how it goes, twice for more."),
        new('w', "provider", "The shared library that speaks to security keys ($SSH_SK_PROVIDER)."),
        new('X', null, "The old name of -i.") { IsHidden = true },
        new('Y', "operation", "Signs files or standard input (sign), checks such a signature of standard input by a list of allowed signers (verify) or by itself (check-novalidate), "
            + "or looks up in such a list whose the key of a signature is (find-principals) or which patterns a name matches (match-principals)."),
        new('y', null, "Prints the public key of a private key file."),
        new('z', "serial_number", "The number of a certificate; with + each gets the next one (0). With -k, the version of the list."),
        new('Z', "cipher", "The cipher that locks the private key (aes256-ctr)."));

    public static int Run(string[] args)
    {
        try
        {
            return Run(args, Answers.OfPerson(), Console.Out, Console.Error);
        }
        catch (IOException broken)
        {
            // Nobody reads the output any more, or there is none to write to.
            Console.Error.WriteLine($"ssh-keygen: {broken.Message}");
            return 255;
        }
    }

    /// <summary>Runs the tool on other streams than the process's own.</summary>
    public static int Run(string[] args, Answers answers, TextWriter output, TextWriter error)
    {
        try
        {
            KeygenSettings settings = KeygenSettings.Parse(args);
            var files = new KeyFiles(error);
            return settings.Mode.Run(new KeygenTask(settings, answers, files, output, error));
        }
        catch (UsageException wrong)
        {
            Flags.Explain(wrong, error);
            return 1;
        }
        catch (FatalException fatal)
        {
            if (fatal.Message.Length > 0) error.Write(fatal.Message + "\r\n");
            return fatal.Status;
        }
        finally
        {
            output.Flush();
        }
    }

    /// <summary>What people call a key type on the command line, and the name that it has in files.</summary>
    public static string FileNameOf(string type) => type switch
    {
        "rsa" => "id_rsa",
        "ecdsa" => "id_ecdsa",
        KeygenSettings.EcdsaSecurityKey => "id_ecdsa_sk",
        KeygenSettings.Ed25519SecurityKey => "id_ed25519_sk",
        _ => "id_ed25519",
    };

    /// <summary>Why a key could not be read, as OpenSSH says it where it has words.</summary>
    public static string Explain(KeyFormatException failure) => failure.Fault switch
    {
        KeyFault.WrongPassphrase or KeyFault.PassphraseNeeded => "incorrect passphrase supplied to decrypt private key",
        KeyFault.Unsupported => $"unknown or unsupported key type: {failure.Message}",
        _ => $"invalid format: {failure.Message}",
    };
}
