using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Signatures;

namespace Nacre.Fuzz;

/// <summary>Keys, as they come from peers, files and agents.</summary>
internal static class KeyTargets
{
    private static readonly byte[] Signed = "what was signed"u8.ToArray();
    private static readonly Func<Exception, bool> Never = static _ => false;
    private static readonly Func<Exception, bool> OnlyFormat = static exception => exception is KeyFormatException;

    public static IEnumerable<FuzzTarget> All()
    {
        using PrivateKey ed25519 = PrivateKey.GenerateEd25519();
        using PrivateKey ecdsa = PrivateKey.GenerateEcdsa();
        using PrivateKey rsa = PrivateKey.GenerateRsa(2048);
        PrivateKey[] keys = [ed25519, ecdsa, rsa];
        return [.. keys.Select(Signature), .. Public(keys), .. Private(keys), Revocation(ed25519.PublicKey), .. Signatures(keys)];
    }

    /// <summary>Signatures of messages, and who may make them.</summary>
    private static IEnumerable<FuzzTarget> Signatures(PrivateKey[] keys)
    {
        byte[][] texts = [.. keys.Select(key => Encoding.ASCII.GetBytes(SshSignature.SignAsync(key, "file", Signed).AsTask().GetAwaiter().GetResult().ToString()))];
        yield return new("ssh-signature", static input => SshSignature.Parse(input).Verify("file", Signed), texts) { IsRefusal = OnlyFormat, Words = ["-----BEGIN SSH SIGNATURE-----\n", "\n-----END SSH SIGNATURE-----", "U1NIU0lH", "\n", "="] };
        PublicKey key = keys[0].PublicKey;
        yield return new(
            "allowed-signers",
            input => AllowedSigners.Parse(input).FindPrincipals(key, DateTimeOffset.UnixEpoch),
            [Encoding.ASCII.GetBytes($"# signers\nal@x,!b* namespaces=\"file\",valid-after=\"20200101\" {key}\n\"c d\" cert-authority {key}\n")])
        {
            IsRefusal = OnlyFormat,
            Words = ["namespaces=\"", "valid-after=\"", "valid-before=\"", "cert-authority", "20200101Z", "\"", ",", "!", "*", " ", "\n", key.ToString()],
        };
    }

    private static FuzzTarget Revocation(PublicKey key)
    {
        byte[] head = [.. "SSHKRL\n\0"u8, 0, 0, 0, 1, .. new byte[24], .. new byte[8]];
        byte[] keys = [0, 0, 0, (byte)key.Blob.Length, .. key.Blob.Span];
        byte[] serials = [0x20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 5, 0x22, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 3];
        byte[] list = [.. head, 2, 0, 0, 0, (byte)keys.Length, .. keys, 1, 0, 0, 0, (byte)(8 + serials.Length), .. new byte[8], .. serials];
        return new("revocation-list", input => FeedRevocation(key, input), [list, Encoding.ASCII.GetBytes($"# revoked\n{key}\n")]) { IsRefusal = OnlyFormat };
    }

    /// <summary>Whatever a list says, it says when it is written anew.</summary>
    private static void FeedRevocation(PublicKey key, byte[] input)
    {
        var list = KeyRevocationList.Parse(input);
        byte[] written = new KeyRevocationListBuilder(list).Write(DateTimeOffset.UnixEpoch);
        var again = KeyRevocationList.Parse(written);
        bool isSame = list.Contains(key) == again.Contains(key) && new KeyRevocationListBuilder(again).Write(DateTimeOffset.UnixEpoch).AsSpan().SequenceEqual(written);
        if (!isSame) throw new InvalidOperationException("a revocation list that was written anew says something else");
    }

    private static IEnumerable<FuzzTarget> Public(PrivateKey[] keys) =>
    [
        new("public-key", static input => _ = PublicKey.Parse(input).Fingerprint, [.. keys.Select(each => each.PublicKey.Blob.ToArray())]) { IsRefusal = OnlyFormat },
        new("certificate", static input => _ = PublicKey.Parse(input).Fingerprint, [.. keys.Select(each => Certified(each).Blob.ToArray())]) { IsRefusal = OnlyFormat },
        new("public-key-line", static input => PublicKeyLine.TryParse(Encoding.UTF8.GetString(input), out _), [.. keys.Select(each => Encoding.ASCII.GetBytes(each.PublicKey + " me@here"))])
        {
            IsRefusal = Never,
            Words = ["ssh-ed25519", "ssh-rsa", " ", "\t", "AAAA", "="],
        },
        new("public-key-file", static input => _ = PublicKeyFile.Read(input).Key.Fingerprint,
            [.. keys.SelectMany(each => (PublicKeyFormat[])[PublicKeyFormat.Rfc4716, PublicKeyFormat.Pkcs8], (each, format) => Encoding.ASCII.GetBytes(PublicKeyFile.Write(each.PublicKey, format, "a comment")))])
        {
            IsRefusal = OnlyFormat,
            Words = ["---- BEGIN SSH2 PUBLIC KEY ----\n", "---- END SSH2 PUBLIC KEY ----\n", "-----BEGIN PUBLIC KEY-----\n", "-----BEGIN RSA PUBLIC KEY-----\n", "Comment: ", "\\\n", "\r", "="],
        },
    ];

    /// <summary>Unlocked files only: the time that a passphrase takes is the owner's wish.</summary>
    private static IEnumerable<FuzzTarget> Private(PrivateKey[] keys)
    {
        byte[][] texts = [.. keys.Select(WriteOpenSsh)];
        using var pem = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        yield return new("private-key-file", static input => PrivateKeyFile.Read(input).Dispose(), [.. texts, Encoding.ASCII.GetBytes(pem.ExportPkcs8PrivateKeyPem())])
        {
            IsRefusal = OnlyFormat,
            Words = ["-----BEGIN ", "-----END ", "OPENSSH PRIVATE KEY-----\n", "Proc-Type: 4,ENCRYPTED\n", "DEK-Info: AES-128-CBC,00", "\n", "="],
            AllocationAllowance = 1 << 20,
        };
        byte[] putty = Encoding.ASCII.GetBytes("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: hi\nPublic-Lines: 2\nAAAAC3NzaC1lZDI1NTE5AAAAIHHfYnRVkIzl94YP4JVYOG8osQA+hKq9Z51Qe1Yi\n3xcw\nPrivate-Lines: 1\nAAAAIA==\nPrivate-MAC: " + new string('0', 64) + "\n");
        yield return new("private-key-putty", static input => PrivateKeyFile.Parse(input).Dispose(), [putty])
        {
            IsRefusal = OnlyFormat,
            Words = ["PuTTY-User-Key-File-2: ", "Encryption: aes256-cbc\n", "Key-Derivation: Argon2id\n", "Argon2-Memory: ", "Argon2-Passes: ", "Argon2-Parallelism: ", "Argon2-Salt: ", "Private-Lines: ", "\r", "9999999999"],
        };
        var sshCom = new SshComDraft(rsa.ExportParameters(includePrivateParameters: true));
        yield return new("private-key-sshcom", static input => PrivateKeyFile.Read(input).Dispose(), [Encoding.ASCII.GetBytes(sshCom.File()), Encoding.ASCII.GetBytes((sshCom with { Cipher = "3des-cbc" }).File())])
        {
            IsRefusal = OnlyFormat,
            Words = ["---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n", "---- END SSH2 ENCRYPTED PRIVATE KEY ----\n", "Comment: ", "\\\n", "\r", "="],
        };
        yield return new("private-key-openssh", static input => OpenSshPrivateKey.Unlock(input, default).Dispose(), [.. texts.Select(Unarmor)]) { IsRefusal = OnlyFormat };
        yield return new(
            "private-key-pkcs8",
            static input => DerPrivateKey.Read(DerPrivateKey.Pkcs8Label, input).Dispose(),
            [pem.ExportPkcs8PrivateKey(), rsa.ExportPkcs8PrivateKey()])
        {
            IsRefusal = OnlyFormat,
        };
        yield return new("private-key-pkcs1", static input => DerPrivateKey.Read(DerPrivateKey.Pkcs1Label, input).Dispose(), [rsa.ExportRSAPrivateKey()]) { IsRefusal = OnlyFormat };
        yield return new("private-key-sec1", static input => DerPrivateKey.Read(DerPrivateKey.Sec1Label, input).Dispose(), [pem.ExportECPrivateKey()]) { IsRefusal = OnlyFormat };
    }

    private static FuzzTarget Signature(PrivateKey key)
    {
        PublicKey verifier = key.PublicKey;
        string algorithm = verifier.SignatureAlgorithms[0];
        byte[] good = key.Sign(algorithm, Signed);
        return new FuzzTarget($"signature-{verifier.Type}", input => FeedSignature(verifier, algorithm, good, input), [good]) { IsRefusal = Never };
    }

    /// <summary>No signature but the good one may verify, and none may throw.</summary>
    private static void FeedSignature(PublicKey verifier, string algorithm, byte[] good, byte[] input)
    {
        if (verifier.Verify(algorithm, Signed, input) != input.AsSpan().SequenceEqual(good))
        {
            throw new InvalidOperationException("a signature was judged wrongly");
        }
    }

    private static Certificate Certified(PrivateKey key)
    {
        var terms = new CertificateTerms
        {
            Kind = CertificateKind.User,
            KeyId = "id",
            Principals = ["al", "bo"],
            CriticalOptions = [CertificateOption.OfText("force-command", "x")],
            Extensions = CertificateOption.UserPermissions,
        };
        return terms.SignAsync(key.PublicKey, key).AsTask().GetAwaiter().GetResult();
    }

    private static byte[] WriteOpenSsh(PrivateKey key)
    {
        using Secret text = OpenSshPrivateKey.Write(key, passphrase: default);
        return text.Span.ToArray();
    }

    private static byte[] Unarmor(byte[] text) =>
        Convert.FromBase64String(string.Concat(Encoding.ASCII.GetString(text).Split('\n').Where(line => !line.StartsWith('-'))));
}
