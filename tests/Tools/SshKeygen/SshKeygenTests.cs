using System.Text;
using System.Text.RegularExpressions;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tests.Interop;
using Nacre.Tools.SshKeygen;
using Nacre.Unix;

namespace Nacre.Tests.Tools.SshKeygen;

public sealed class SshKeygenTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string File => _directory["key"];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ssh-ed25519", 256, "ED25519")]
    [InlineData("ecdsa-sha2-nistp256", 256, "ECDSA")]
    [InlineData("ecdsa-sha2-nistp521", 521, "ECDSA")]
    [InlineData("ssh-rsa", 3072, "RSA")]
    [InlineData("rsa-sha2-512", 3072, "RSA")]
    public void A_type_may_have_its_name_in_the_protocol(string type, int bits, string shortType)
    {
        KeygenRun.Ours("", "-q", "-t", type, "-N", "", "-f", File).Ends();
        using PrivateKey key = PrivateKeyFile.Read(System.IO.File.ReadAllBytes(File));
        Assert.Equal((shortType, bits), (key.PublicKey.ShortType, (int)key.PublicKey.Bits));
    }

    [Theory]
    [InlineData("ed25519", "256", "ED25519")]
    [InlineData("ecdsa", "384", "ECDSA")]
    [InlineData("rsa", "1024", "RSA")]
    public void A_key_pair_is_made_for_its_owner_only(string type, string bits, string shortType)
    {
        KeygenRun made = KeygenRun.Ours("", "-t", type, "-b", bits, "-N", "", "-C", "me@here", "-f", File).Ends();
        Assert.StartsWith(
            $"Generating public/private {type} key pair.\nYour identification has been saved in {File}\nYour public key has been saved in {File}.pub\n"
            + "The key fingerprint is:\nSHA256:", made.Output, StringComparison.Ordinal);
        Assert.Contains(" me@here\nThe key's randomart image is:\n+--", made.Output, StringComparison.Ordinal);
        Assert.EndsWith("+----[SHA256]-----+\n", made.Output, StringComparison.Ordinal);
        Assert.Empty(made.Error);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, System.IO.File.GetUnixFileMode(File + ".pub"));
        using PrivateKey key = PrivateKeyFile.Read(System.IO.File.ReadAllBytes(File));
        Assert.Equal(shortType, key.PublicKey.ShortType);
        Assert.Equal(bits, key.PublicKey.Bits.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal($"{key.PublicKey} me@here\n", System.IO.File.ReadAllText(File + ".pub"));
        Assert.Equal(2, Directory.GetFiles(_directory.Path).Length);
    }

    [Theory]
    [InlineData("rsa", "PEM", "RSA PRIVATE KEY")]
    [InlineData("rsa", "pkcs8", "PRIVATE KEY")]
    [InlineData("ecdsa", "PEM", "EC PRIVATE KEY")]
    [InlineData("ed25519", "PKCS8", "PRIVATE KEY")]
    [InlineData("ed25519", "PEM", "OPENSSH PRIVATE KEY")]
    [InlineData("ecdsa", "RFC4716", "OPENSSH PRIVATE KEY")]
    [InlineData("ecdsa", "SSH2", "OPENSSH PRIVATE KEY")]
    public void A_key_is_made_or_stored_again_in_the_form_that_was_asked_for(string type, string format, string label)
    {
        KeygenRun.Ours("", "-q", "-t", type, "-b", type == "rsa" ? "1024" : "256", "-m", format, "-N", "", "-C", "", "-f", File).Ends();
        Assert.StartsWith($"-----BEGIN {label}-----\n", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
        string listed = KeygenRun.Ours("", "-y", "-f", File).Ends().Output;
        KeygenRun.Ours("", "-p", "-N", "", "-f", File).Ends();
        Assert.StartsWith("-----BEGIN OPENSSH PRIVATE KEY-----\n", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
        KeygenRun.Ours("", "-p", "-N", "", "-m", format, "-f", File).Ends();
        Assert.StartsWith($"-----BEGIN {label}-----\n", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
        Assert.Equal(listed, KeygenRun.Ours("", "-y", "-f", File).Ends().Output);
        Assert.Equal(listed, System.IO.File.ReadAllText(File + ".pub"));
    }

    [Fact]
    public void A_quiet_run_says_nothing_and_the_comment_names_user_and_host()
    {
        KeygenRun made = KeygenRun.Ours("", "-q", "-N", "", "-f", File).Ends();
        Assert.Equal(new KeygenRun(0, "", ""), made);
        using PrivateKey key = PrivateKeyFile.Read(System.IO.File.ReadAllBytes(File));
        Assert.Equal($"{Nacre.Unix.Users.Current!.Name}@{Nacre.Unix.Users.HostName}", key.Comment);
        Assert.Equal("ssh-ed25519", key.PublicKey.Type);
    }

    [Fact]
    public void A_key_is_overwritten_only_when_someone_says_yes()
    {
        KeygenRun.Ours("", "-q", "-N", "", "-f", File).Ends();
        byte[] before = System.IO.File.ReadAllBytes(File);
        foreach (string answer in (string[])["", "n\n", "\n", "no\n"])
        {
            KeygenRun refused = KeygenRun.Ours(answer, "-q", "-N", "", "-f", File).Ends(1);
            Assert.Equal($"{File} already exists.\nOverwrite (y/n)? ", refused.Output);
            Assert.Equal(before, System.IO.File.ReadAllBytes(File));
        }

        KeygenRun.Ours("y\n", "-q", "-N", "", "-f", File).Ends();
        Assert.NotEqual(before, System.IO.File.ReadAllBytes(File));
    }

    [Theory]
    [InlineData(4096, 0)]
    [InlineData(4097, 1)]
    public void A_comment_has_a_limit(int length, int status)
    {
        KeygenRun made = KeygenRun.Ours("", "-q", "-t", "ed25519", "-N", "", "-C", new string('x', length), "-f", File).Ends(status);
        Assert.Equal(status == 0 ? "" : $"Saving key \"{File}\" failed: the comment has more than 4096 bytes\r\n", made.Error);
        Assert.Equal(status == 0, System.IO.File.Exists(File));
    }

    [Fact]
    public void A_passphrase_is_asked_for_until_it_comes_twice()
    {
        KeygenRun made = KeygenRun.Ours("one\ntwo\nthree\nthree\n", "-a", "1", "-f", File).Ends();
        Assert.Contains("Passphrases do not match.  Try again.\n", made.Output, StringComparison.Ordinal);
        Assert.Equal(KeyFault.WrongPassphrase, Assert.Throws<KeyFormatException>(() => PrivateKeyFile.Read(System.IO.File.ReadAllBytes(File), "one"u8)).Fault);
        PrivateKeyFile.Read(System.IO.File.ReadAllBytes(File), "three"u8).Dispose();
    }

    [Fact]
    public void A_link_to_a_key_stays_a_link_when_the_key_is_written_anew()
    {
        KeygenRun.Ours("", "-q", "-N", "", "-f", File).Ends();
        System.IO.File.CreateSymbolicLink(_directory["link"], File);
        KeygenRun.Ours("", "-p", "-N", "secret", "-a", "1", "-f", _directory["link"]).Ends();
        Assert.Equal(File, System.IO.File.ResolveLinkTarget(_directory["link"], returnFinalTarget: false)!.FullName);
        PrivateKeyFile.Read(System.IO.File.ReadAllBytes(File), "secret"u8).Dispose();
    }

    [Fact]
    public void The_fingerprint_of_a_key_of_PuTTYs_is_shown()
    {
        string path = _directory.Write(
            "key.ppk",
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: mine\nPublic-Lines: 2\nAAAAC3NzaC1lZDI1NTE5AAAAII1pNcFk88OQZhqJhnxKJ9gbICzLfE5FsVHwtwsZ\n4Xhc\n"
            + $"Private-Lines: 1\nAAAAIK7M0FYvll1iPK9B4ObCoQU9D6h8e/eyoZC4s3ZXZmFM\nPrivate-MAC: {new string('0', 64)}\n");
        KeygenRun listed = KeygenRun.Ours("", "-l", "-f", path).Ends();
        Assert.Matches("^256 SHA256:[A-Za-z0-9+/]{43} no comment \\(ED25519\\)\n$", listed.Output);
    }

    [Fact]
    public void What_is_written_anew_keeps_its_mode_unless_it_is_secret()
    {
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite;
        string list = _directory["krl"];
        KeygenRun.Ours("", "-q", "-N", "", "-f", File).Ends();
        KeygenRun.Ours("", "-q", "-k", "-f", list, File + ".pub").Ends();
        foreach (string path in (string[])[list, File + ".pub"]) System.IO.File.SetUnixFileMode(path, mode);
        KeygenRun.Ours("", "-q", "-k", "-u", "-f", list, File + ".pub").Ends();
        KeygenRun.Ours("", "-c", "-C", "other", "-f", File).Ends();
        Assert.All((string[])[list, File + ".pub"], path => Assert.Equal(mode, System.IO.File.GetUnixFileMode(path)));

        System.IO.File.SetUnixFileMode(File, mode);
        KeygenRun.Ours("y\n", "-q", "-N", "", "-f", File).Ends();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public void What_is_somebody_elses_stays_so_when_root_writes_it_anew()
    {
        Assert.SkipUnless(Users.IsRoot, "needs root: gives files away");
        KeygenRun.Ours("", "-q", "-N", "", "-f", File).Ends();
        string hosts = _directory.Write("hosts", $"host.example {System.IO.File.ReadAllText(File + ".pub")}other.example {System.IO.File.ReadAllText(File + ".pub")}");
        string[] paths = [File, File + ".pub", hosts];
        foreach (string path in paths) Libc.Check(Libc.chown(path, 4242, 4243), path);
        KeygenRun.Ours("", "-p", "-N", "new", "-a", "1", "-f", File).Ends();
        KeygenRun.Ours("", "-c", "-P", "new", "-C", "other", "-a", "1", "-f", File).Ends();
        KeygenRun.Ours("", "-R", "host.example", "-f", hosts).Ends();
        Assert.All(paths, path => Assert.Equal((4242u, 4243u), (FileStatus.OfPath(path).Uid, FileStatus.OfPath(path).Gid)));
    }

    [Fact]
    public void A_passphrase_changes_and_the_key_stays()
    {
        KeygenRun.Ours("", "-q", "-N", "", "-C", "c", "-f", File).Ends();
        string shown = KeygenRun.Ours("", "-y", "-f", File).Ends().Output;
        KeygenRun changed = KeygenRun.Ours("", "-p", "-N", "first", "-a", "1", "-Z", "aes256-gcm@openssh.com", "-f", File).Ends();
        Assert.Equal("Key has comment 'c'\nYour identification has been saved with the new passphrase.\n", changed.Output);
        Assert.Equal(shown, KeygenRun.Ours("first\n", "-y", "-f", File).Ends().Output);
        KeygenRun wrong = KeygenRun.Ours("", "-p", "-P", "other", "-N", "", "-f", File).Ends(255);
        Assert.Equal($"Failed to load key {File}: incorrect passphrase supplied to decrypt private key\r\n", wrong.Error);
        Assert.Equal("Pass phrases do not match.  Try again.", KeygenRun.Ours("first\na\nb\n", "-p", "-f", File).Ends(1).Output.Split('\n')[1]);
        KeygenRun.Ours("", "-p", "-P", "first", "-N", "", "-f", File).Ends();
        Assert.Equal(shown, KeygenRun.Ours("", "-y", "-f", File).Ends().Output);
    }

    [Fact]
    public void A_comment_changes_in_both_files()
    {
        KeygenRun.Ours("", "-q", "-N", "pass", "-a", "1", "-C", "old", "-f", File).Ends();
        Assert.Equal("Old comment: old\nNew comment: Comment 'new one' applied\n", KeygenRun.Ours("pass\nnew one\n", "-c", "-a", "1", "-f", File).Ends().Output);
        Assert.EndsWith(" new one\n", System.IO.File.ReadAllText(File + ".pub"), StringComparison.Ordinal);
        using PrivateKey key = PrivateKeyFile.Read(System.IO.File.ReadAllBytes(File), "pass"u8);
        Assert.Equal("new one", key.Comment);
    }

    [Fact]
    public void A_private_key_that_others_can_read_is_ignored()
    {
        KeygenRun.Ours("", "-q", "-N", "", "-f", File).Ends();
        System.IO.File.SetUnixFileMode(File, System.IO.File.GetUnixFileMode(File) | UnixFileMode.GroupRead);
        KeygenRun refused = KeygenRun.Ours("", "-y", "-f", File).Ends(255);
        Assert.Contains($"Permissions 0640 for '{File}' are too open.\r\n", refused.Error, StringComparison.Ordinal);
        Assert.EndsWith($"Load key \"{File}\": bad permissions\r\n", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Host_keys_are_made_once()
    {
        Directory.CreateDirectory(_directory["etc/ssh"]);
        KeygenRun made = KeygenRun.Ours("", "-A", "-f", _directory.Path).Ends();
        Assert.Equal("ssh-keygen: generating new host keys: RSA ECDSA ED25519 \n", made.Output);
        Assert.Equal(6, Directory.GetFiles(_directory["etc/ssh"]).Length);
        Assert.Equal("", KeygenRun.Ours("", "-A", "-f", _directory.Path).Ends().Output);
        KeygenRun refused = KeygenRun.Ours("", "-A", "-f", _directory["nowhere"]).Ends(1);
        Assert.Contains("Could not save your private key in", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_usage_lists_what_works_and_no_more()
    {
        KeygenRun usage = KeygenRun.Ours("", "-5").Ends(1);
        Assert.StartsWith("unknown option -- 5\nusage: ssh-keygen [-q] [-a rounds] [-b bits] [-C comment]", usage.Error, StringComparison.Ordinal);
        Assert.All(SshKeygenApplet.Flags.Flags, flag => Assert.True(flag.IsHidden != Regex.IsMatch(usage.Error, $"[ []-[a-zA-Z]*{flag.Letter}"), $"-{flag.Letter}"));
    }

    [Fact]
    public void A_key_is_shown_from_within_a_PEM_file()
    {
        using var ecdsa = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        System.IO.File.WriteAllText(File, ecdsa.ExportECPrivateKeyPem() + "\n");
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using PrivateKey key = PrivateKeyFile.Read(Encoding.ASCII.GetBytes(ecdsa.ExportECPrivateKeyPem()));
        Assert.Equal($"256 {key.PublicKey.Fingerprint} no comment (ECDSA)\n", KeygenRun.Ours("", "-l", "-f", File).Ends().Output);
        Assert.Equal($"{key.PublicKey}\n", KeygenRun.Ours("", "-y", "-f", File).Ends().Output);
    }
}
