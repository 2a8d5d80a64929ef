using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Keys;

/// <summary>Key files in both directions: OpenSSH's ssh-keygen reads what we write, and we read what it and puttygen write.</summary>
[Trait("Category", "Interop")]
public sealed class KeyFileInteropTests
{
    private const string Passphrase = "long enough for PEM";

    public static TheoryData<string> Algorithms => [.. SampleKeys.Rows.Select(row => row.KeyType).Distinct()];

    /// <summary>Ed25519 has no traditional PEM, and OpenSSH reads its PKCS#8 only since 9.6.</summary>
    public static TheoryData<string> TraditionalAlgorithms => [.. SampleKeys.Rows.Select(row => row.KeyType).Distinct().Where(type => type != KeyAlgorithm.Ed25519)];

    public static TheoryData<string> Ciphers => [.. KeyFileCipher.All.Where(row => row.Name != KeyFileCipher.None).Select(row => row.Name)];

    public static TheoryData<string, string, string> StockFiles
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (string kind in (string[])["ed25519", "ecdsa 256", "ecdsa 384", "ecdsa 521", "rsa 1024", "rsa 2048", "rsa 2047", "rsa 4096"])
            {
                foreach (string passphrase in (string[])["", Passphrase])
                {
                    rows.Add(kind, "RFC4716", passphrase);

                    // Both of these fall back to OpenSSH's own format for Ed25519 in 9.2.
                    if (kind == "ed25519") continue;
                    rows.Add(kind, "PEM", passphrase);
                    rows.Add(kind, "PKCS8", passphrase);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Ssh_keygen_reads_our_keys(string type)
    {
        using var directory = new TemporaryDirectory();
        using PrivateKey key = SampleKeys.New(type);
        key.Comment = "a comment";
        foreach (string passphrase in (string[])["", Passphrase])
        {
            string file = Write(directory, key, passphrase);
            await AssertReads(file, passphrase, key.PublicKey);
            RunResult listed = (await Run.Async("ssh-keygen", ["-l", "-f", file])).Ends();
            Assert.Equal($"{key.PublicKey.Bits} {key.PublicKey.Fingerprint} a comment ({key.PublicKey.ShortType})\n", listed.Output);
        }

        foreach (FingerprintHash hash in Enum.GetValues<FingerprintHash>())
        {
            RunResult shown = (await Run.Async("ssh-keygen", ["-l", "-E", KeyFingerprint.NameOf(hash), "-v", "-f", directory["key"]])).Ends();
            Assert.Equal($"{key.PublicKey.Bits} {key.PublicKey.FingerprintBy(hash)} a comment ({key.PublicKey.ShortType})\n{RandomArt.Draw(key.PublicKey, hash)}\n", shown.Output);
        }

        RunResult art = (await Run.Async("ssh-keygen", ["-lv", "-f", directory["key"]])).Ends();
        Assert.EndsWith($"\n{RandomArt.Draw(key.PublicKey, FingerprintHash.Sha256)}\n", art.Output, StringComparison.Ordinal);
        RunResult babble = (await Run.Async("ssh-keygen", ["-B", "-f", directory["key"]])).Ends();
        Assert.Contains($" {BubbleBabble.Spell(key.PublicKey)} ", babble.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TraditionalAlgorithms))]
    public async Task Ssh_keygen_reads_our_PEM_and_PKCS8(string type)
    {
        using var directory = new TemporaryDirectory();
        using PrivateKey key = SampleKeys.New(type);
        foreach (PrivateKeyFormat format in (PrivateKeyFormat[])[PrivateKeyFormat.Pem, PrivateKeyFormat.Pkcs8])
        {
            foreach (string passphrase in (string[])["", Passphrase])
            {
                using Secret text = PemPrivateKey.Write(key, format, Encoding.UTF8.GetBytes(passphrase));
                WritePrivate(directory["key"], text.Span);
                await AssertReads(directory["key"], passphrase, key.PublicKey);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ciphers))]
    public async Task Every_cipher_goes_both_ways(string cipher)
    {
        using var directory = new TemporaryDirectory();
        using PrivateKey key = PrivateKey.GenerateEd25519();
        using (Secret text = OpenSshPrivateKey.Write(key, Encoding.UTF8.GetBytes(Passphrase), rounds: 2, cipher)) WritePrivate(directory["ours"], text.Span);
        await AssertReads(directory["ours"], Passphrase, key.PublicKey);

        (await Run.Async("ssh-keygen", ["-q", "-t", "ed25519", "-N", Passphrase, "-Z", cipher, "-a", "3", "-f", directory["theirs"]])).Ends();
        using PrivateKey read = PrivateKeyFile.Read(File.ReadAllBytes(directory["theirs"]), Encoding.UTF8.GetBytes(Passphrase));
        Assert.Equal(File.ReadAllText(directory["theirs.pub"]), $"{new PublicKeyLine(read.PublicKey, read.Comment)}\n");
    }

    [Theory]
    [MemberData(nameof(StockFiles))]
    public async Task We_read_the_keys_of_ssh_keygen(string kind, string format, string passphrase)
    {
        using var directory = new TemporaryDirectory();
        string[] parts = kind.Split(' ');
        string[] bits = parts.Length > 1 ? ["-b", parts[1]] : [];
        string[] form = format == "RFC4716" ? [] : ["-m", format];
        (await Run.Async("ssh-keygen", ["-q", "-t", parts[0], .. bits, .. form, "-N", passphrase, "-C", "their comment", "-a", "1", "-f", directory["key"]])).Ends();
        byte[] secret = Encoding.UTF8.GetBytes(passphrase);
        Assert.True(PublicKeyLine.TryParse(File.ReadAllText(directory["key.pub"]), out PublicKeyLine? line));
        using PrivateKeyFile file = PrivateKeyFile.Parse(File.ReadAllBytes(directory["key"]));
        Assert.Equal(passphrase.Length > 0, file.IsEncrypted);
        if (format == "RFC4716") Assert.Equal(line.Key, file.PublicKey);
        using PrivateKey key = file.Unlock(secret);
        Assert.Equal(line.Key, key.PublicKey);
        if (format == "RFC4716") Assert.Equal("their comment", key.Comment);
        string algorithm = key.PublicKey.SignatureAlgorithms[0];
        Assert.True(line.Key.Verify(algorithm, "data"u8, key.Sign(algorithm, "data"u8)));
        if (passphrase.Length > 0) Assert.Equal(KeyFault.WrongPassphrase, Assert.Throws<KeyFormatException>(() => file.Unlock("wrong"u8)).Fault);
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("ecdsa")]
    [InlineData("rsa")]
    public async Task We_read_what_puttygen_exports(string type)
    {
        using var directory = new TemporaryDirectory();
        string phrase = directory.Write("phrase", Passphrase + "\n");
        (await Run.Async("puttygen", ["-q", "-t", type, .. (string[])(type == "rsa" ? ["-b", "1024"] : []), "-C", "putty", "--new-passphrase", phrase, "-o", directory["ppk"]])).Ends();
        foreach (string format in (string[])["private-openssh", "private-openssh-new"])
        {
            (await Run.Async("puttygen", [directory["ppk"], "-q", "--old-passphrase", phrase, "--new-passphrase", phrase, "-O", format, "-o", directory[format]])).Ends();
            using PrivateKey key = PrivateKeyFile.Read(File.ReadAllBytes(directory[format]), Encoding.UTF8.GetBytes(Passphrase));
            RunResult shown = (await Run.Async("puttygen", [directory["ppk"], "--old-passphrase", phrase, "-L"])).Ends();
            Assert.Equal($"{key.PublicKey} putty\n", shown.Output);
        }
    }

    [Fact]
    public async Task We_read_every_kind_of_file_that_puttygen_writes()
    {
        using var directory = new TemporaryDirectory();
        string phrase = directory.Write("phrase", "pass\u00fcphrase\n"), none = directory.Write("none", "");
        foreach (string type in (string[])["ed25519", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521", "rsa -b 1024"])
        {
            (await Run.Async("puttygen", ["-q", "-t", .. type.Split(' '), "-C", "a comment", "--new-passphrase", none, "-o", directory["clear"]])).Ends();
            string line = (await Run.Async("puttygen", [directory["clear"], "-L"])).Ends().Output;
            foreach (string form in (string[])["version=2", "version=3,kdf=argon2id", "version=3,kdf=argon2i,memory=64,passes=3", "version=3,kdf=argon2d,memory=100,passes=2,parallelism=3"])
            {
                foreach (string lockedBy in (string[])[none, phrase])
                {
                    (await Run.Async("puttygen", [directory["clear"], "-q", "--old-passphrase", none, "--new-passphrase", lockedBy, "--reencrypt", "--ppk-param", form, "-o", directory["key"]])).Ends();
                    using PrivateKeyFile file = PrivateKeyFile.Parse(File.ReadAllBytes(directory["key"]));
                    Assert.Equal(lockedBy == phrase, file.IsEncrypted);
                    using PrivateKey key = file.Unlock("pass\u00fcphrase"u8);
                    Assert.Equal(line, $"{key.PublicKey} {key.Comment}\n");
                    Assert.Equal(key.PublicKey, file.PublicKey);
                    string algorithm = key.PublicKey.SignatureAlgorithms[0];
                    Assert.True(key.PublicKey.Verify(algorithm, "data"u8, key.Sign(algorithm, "data"u8)));
                }
            }
        }
    }

    [Fact]
    public async Task A_key_whose_primes_are_of_different_sizes_is_read_signs_and_is_written()
    {
        using var directory = new TemporaryDirectory();
        using PrivateKey key = PrivateKeyFile.Read(File.ReadAllBytes("/usr/lib/openssh/regress/rsa_openssh.prv"));
        Assert.Equal(File.ReadAllText("/usr/lib/openssh/regress/rsa_openssh.pub").Trim(), key.PublicKey.ToString());
        Assert.True(key.PublicKey.Verify("rsa-sha2-256", "data"u8, key.Sign("rsa-sha2-256", "data"u8)));
        await AssertReads(Write(directory, key, ""), "", key.PublicKey);
        foreach (PrivateKeyFormat format in (PrivateKeyFormat[])[PrivateKeyFormat.Pem, PrivateKeyFormat.Pkcs8])
        {
            using Secret text = PemPrivateKey.Write(key, format, default);
            WritePrivate(directory["key"], text.Span);
            await AssertReads(directory["key"], "", key.PublicKey);
            PrivateKeyFile.Read(text.Span).Dispose();
        }
    }

    [Fact]
    public async Task Ssh_keygen_turns_a_file_of_PuTTY_into_one_of_OpenSSH()
    {
        using var directory = new TemporaryDirectory();
        string phrase = directory.Write("phrase", Passphrase + "\n");
        (await Run.Async("puttygen", ["-q", "-t", "ed25519", "-C", "putty", "--new-passphrase", phrase, "-o", directory["ppk"]])).Ends();
        string line = (await Run.Async("puttygen", [directory["ppk"], "-L"])).Ends().Output;
        Assert.Equal(line, Tools.SshKeygen.KeygenRun.Ours("", "-y", "-P", Passphrase, "-f", directory["ppk"]).Ends().Output);
        WritePrivate(directory["imported"], Encoding.ASCII.GetBytes(Tools.SshKeygen.KeygenRun.Ours("", "-i", "-a", "1", "-P", Passphrase, "-f", directory["ppk"]).Ends().Output));
        RunResult read = (await Run.Async("ssh-keygen", ["-y", "-P", Passphrase, "-f", directory["imported"]])).Ends();
        Assert.Equal(line, read.Output);
        Tools.SshKeygen.KeygenRun.Ours("", "-p", "-a", "1", "-P", Passphrase, "-N", "", "-f", directory["ppk"]).Ends();
        Assert.Equal(line, (await Run.Async("ssh-keygen", ["-y", "-f", directory["ppk"]])).Ends().Output);
    }

    private static string Write(TemporaryDirectory directory, PrivateKey key, string passphrase)
    {
        using Secret text = OpenSshPrivateKey.Write(key, Encoding.UTF8.GetBytes(passphrase));
        WritePrivate(directory["key"], text.Span);
        directory.Write("key.pub", new PublicKeyLine(key.PublicKey, key.Comment) + "\n");
        return directory["key"];
    }

    private static void WritePrivate(string file, ReadOnlySpan<byte> text)
    {
        File.WriteAllBytes(file, text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static async Task AssertReads(string file, string passphrase, PublicKey expected)
    {
        RunResult derived = (await Run.Async("ssh-keygen", ["-y", "-P", passphrase, "-f", file])).Ends();
        Assert.True(PublicKeyLine.TryParse(derived.Output, out PublicKeyLine? line));
        Assert.Equal(expected, line.Key);
    }
}
