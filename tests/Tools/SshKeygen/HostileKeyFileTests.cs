using System.Formats.Asn1;
using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tests.Interop;
using static Nacre.Tests.Keys.SampleKeys;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>A-52: whatever a key file holds, and whatever it is, each thing that is done with it ends in one clear line, soon and without much memory.</summary>
public sealed class HostileKeyFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly byte[] Megabit = [0x80, .. new byte[(1 << 17) - 2], 1];

    private readonly TemporaryDirectory _directory = new();

    /// <summary>What a private key file is, and a word of the line that it is answered by.</summary>
    public static TheoryData<string, string> PrivateFiles => new()
    {
        { "rounds", "2147483648 bcrypt rounds; at most 2048" },
        { "OpenSSH, RSA of 1 bit", "An RSA modulus has 1024 to 16384 bits, not 1." },
        { "OpenSSH, RSA of 1 Mbit", "invalid format" },
        { "PEM, RSA of 1 bit", "invalid format" },
        { "PEM, RSA of 1 Mbit", "invalid format" },
        { "cut short", "invalid format" },
        { "too large", "more than 1048576 bytes" },
        { "garbage", "invalid format" },
        { "empty", "invalid format" },
        { "fifo", "invalid format" },
        { "/dev/zero", "more than 1048576 bytes" },
        { "directory", "Is a directory" },
    };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(PrivateFiles))]
    public async Task A_private_key_file_ends_each_command_in_one_line_A52(string name, string fault)
    {
        string path = name[0] == '/' ? name : await WriteAsync(name);
        string good = _directory["good"];
        KeygenRun.Ours("", "-q", "-N", "", "-f", good).Ends();
        foreach (string[] command in (string[][])[["-y", "-P", "x"], ["-p", "-P", "x", "-N", "y"], ["-c", "-P", "x", "-C", "y"], ["-Y", "sign", "-n", "file", "-P", "x"]])
        {
            KeygenRun run = KeygenRun.Ours("", [.. command, "-f", path]);
            Assert.NotEqual(0, run.Status);
            AssertOneLine(run);
            Assert.Contains(IsExposed(run) ? "bad permissions" : fault, run.Error, StringComparison.Ordinal);
        }

        AssertOneLine(KeygenRun.Ours("", "-q", "-I", "id", "-P", "x", "-s", path, good + ".pub").Ends(255));
        if (name == "rounds") return; // its public key is told without the passphrase

        AssertOneLine(KeygenRun.Ours("", "-q", "-I", "id", "-s", good, path).Ends(255));
        AssertOneLine(KeygenRun.Ours("", "-l", "-f", path).Ends(255));
    }

    [Fact]
    public async Task A_public_key_file_may_be_as_large_as_it_likes_A52()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        string line = _directory.Write("line", new string('A', 1 << 22)), large = _directory.Write("large", $"{key.PublicKey}\n{new string('\n', 1 << 22)}");
        File.SetUnixFileMode(line, OwnerOnly);
        string small = _directory.Write("small", RsaLine([1])), huge = _directory.Write("huge", RsaLine(Megabit)), fifo = await WriteAsync("fifo");
        foreach (string file in (string[])[small, huge]) File.SetUnixFileMode(file, OwnerOnly);
        foreach (string path in (string[])[line, small, huge, fifo, "/dev/zero"])
        {
            AssertOneLine(KeygenRun.Ours("", "-l", "-f", path).Ends(255));
            AssertOneLine(KeygenRun.Ours("", "-Y", "sign", "-n", "file", "-f", path).Ends(255));
            AssertOneLine(KeygenRun.Ours("", "-q", "-I", "id", "-s", path, path).Ends(255));
        }

        Assert.Contains(key.PublicKey.Fingerprint, KeygenRun.Ours("", "-l", "-f", large).Ends().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_and_a_list_of_signers_may_be_anything_A52()
    {
        string fifo = await WriteAsync("fifo"), large = _directory.WriteRandom("large", SshSignature.MaxLength + 1);
        foreach (string path in (string[])[fifo, large, "/dev/zero", "/"])
        {
            AssertOneLine(KeygenRun.Ours("", "-q", "-Y", "check-novalidate", "-n", "file", "-s", path).Ends(255));
            Assert.EndsWith("No principal matched.\r\n", KeygenRun.Ours("", "-Y", "match-principals", "-I", "al", "-f", path).Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Category", "Interop")]
    public async Task A_private_key_is_for_its_owner_only_whatever_the_mask_and_nothing_lies_beside_it()
    {
        string key = _directory["key"];
        string[] script = ["-c", "umask 0; exec \"$@\"", "sh", OurTools.Executable, "ssh-keygen", "-q", "-N", "", "-f", key];
        (await Run.Async("sh", script)).Ends();
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(key));
        File.SetUnixFileMode(key, UnixFileMode.UserRead);
        KeygenRun.Ours("", "-q", "-p", "-N", "secret", "-f", key).Ends();
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(key));
        Assert.Equal(["key", "key.pub"], Directory.GetFiles(_directory.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    [Trait("Category", "Interop")]
    public async Task What_a_shell_makes_of_a_command_is_a_file_like_others()
    {
        string key = _directory["key"];
        KeygenRun.Ours("", "-q", "-N", "", "-f", key).Ends();
        string[] script = ["-c", "\"$0\" ssh-keygen -l -f <(cat \"$1.pub\") && \"$0\" ssh-keygen -y -f <(cat \"$1\")", OurTools.Executable, key];
        RunResult run = (await Run.Async("bash", script)).Ends();
        Assert.Contains(await File.ReadAllTextAsync(key + ".pub"), run.Output, StringComparison.Ordinal);
    }

    /// <summary>One line and no more; before it OpenSSH's warning, where the file is this user's and others may read it, as root's devices are.</summary>
    private static void AssertOneLine(KeygenRun run)
    {
        string said = run.Output + run.Error;
        Assert.True(said.EndsWith('\n') && said.Count(c => c == '\n') == (IsExposed(run) ? 7 : 1) && said.Length < 800, said);
    }

    private static bool IsExposed(KeygenRun run) => run.Error.Contains("UNPROTECTED PRIVATE KEY FILE", StringComparison.Ordinal);

    private async Task<string> WriteAsync(string name)
    {
        string path = _directory[name];
        if (name == "directory")
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
            return path;
        }

        if (name == "fifo") (await Run.Async("mkfifo", ["-m", "600", path])).Ends();
        else await File.WriteAllBytesAsync(path, Contents(name));
        File.SetUnixFileMode(path, OwnerOnly);
        return path;
    }

    private static byte[] Contents(string name)
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        return name switch
        {
            "rounds" => OpenSsh(key.PublicKey.Blob.Span, "aes256-ctr", [.. Field(new byte[16]), 0x80, 0, 0, 0]),
            "OpenSSH, RSA of 1 bit" => OpenSsh(RsaBlob([1]), "none", []),
            "OpenSSH, RSA of 1 Mbit" => OpenSsh(RsaBlob(Megabit), "none", []),
            "PEM, RSA of 1 bit" => Pkcs1([1]),
            "PEM, RSA of 1 Mbit" => Pkcs1(Megabit),
            "cut short" => OpenSsh(key.PublicKey.Blob.Span, "none", [])[..^60],
            "too large" => [.. "-----BEGIN OPENSSH PRIVATE KEY-----\n"u8, .. new byte[PrivateKeyFile.MaxLength]],
            "garbage" => [.. "-----BEGIN OPENSSH PRIVATE KEY-----\n"u8, .. "AAAA\n-----END OPENSSH PRIVATE KEY-----\n"u8],
            _ => [],
        };
    }

    private static byte[] RsaBlob(byte[] modulus) => [.. Field("ssh-rsa"u8), .. Number([1, 0, 1]), .. Number(modulus)];

    private static string RsaLine(byte[] modulus) => $"ssh-rsa {Convert.ToBase64String(RsaBlob(modulus))}\n";

    private static byte[] OpenSsh(ReadOnlySpan<byte> publicKey, string cipher, byte[] options)
    {
        byte[] head = [.. "openssh-key-v1\0"u8, .. Field(Encoding.ASCII.GetBytes(cipher)), .. Field(cipher == "none" ? "none"u8 : "bcrypt"u8), .. Field(options), 0, 0, 0, 1];
        return Armored("OPENSSH PRIVATE KEY", [.. head, .. Field(publicKey), .. Field(new byte[160])]);
    }

    private static byte[] Pkcs1(byte[] number)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            writer.WriteIntegerUnsigned(number);
            writer.WriteInteger(65537);
            writer.WriteIntegerUnsigned(number);
            byte[] half = number.Length == 1 ? number : [0x80, .. new byte[(number.Length / 2) - 2], 1];
            for (int i = 0; i < 5; i++) writer.WriteIntegerUnsigned(half);
        }

        return Armored("RSA PRIVATE KEY", writer.Encode());
    }

    private static byte[] Armored(string label, byte[] body) => Encoding.ASCII.GetBytes($"-----BEGIN {label}-----\n{Convert.ToBase64String(body, Base64FormattingOptions.InsertLineBreaks)}\n-----END {label}-----\n");
}
