using Nacre.Protocol.Keys.Formats;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>ssh-keygen -k and -Q as far as they are ours to say: what becomes of the file, and what is refused.</summary>
public sealed class RevocationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public RevocationTests()
    {
        foreach (string name in (string[])["ca", "key"]) KeygenRun.Ours("", "-q", "-t", "ed25519", "-N", "", "-C", $"comment of {name}", "-f", _directory[name]).Ends();
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_list_is_made_of_files_and_of_standard_input()
    {
        string list = _directory["list"];
        KeygenRun made = KeygenRun.Ours("serial: 7\nid: \u00fc", "-k", "-f", list, "-s", "none", "-z", "5", "-C", "a comment", _directory["key.pub"], "-").Ends();
        Assert.Equal(new KeygenRun(0, $"Revoking from {_directory["key.pub"]}\nRevoking from (standard input)\n", ""), made);
        var read = KeyRevocationList.Parse(File.ReadAllBytes(list));
        Assert.Equal((5ul, "a comment"), (read.Version, read.Comment));
        Assert.Equal("\u00fc"u8.ToArray(), Assert.Single(read.Items.CertificatesOf([]).KeyIds));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(list) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        Assert.Equal(new KeygenRun(1, $"{_directory["key.pub"]} (comment of key): REVOKED\n{_directory["ca.pub"]} (comment of ca): ok\n", ""), KeygenRun.Ours("", "-Q", "-f", list, _directory["key.pub"], _directory["ca.pub"]));
    }

    [Fact]
    public void An_update_adds_and_what_fails_leaves_the_list_as_it_was()
    {
        string list = _directory["list"];
        KeygenRun.Ours("", "-qk", "-f", list, "-z", "5", _directory["key.pub"]).Ends();
        byte[] before = File.ReadAllBytes(list);
        KeygenRun.Ours("id: x\nserial: 0\n", "-qku", "-f", list, "-s", _directory["ca"], "-").Ends(255);
        Assert.Equal(before, File.ReadAllBytes(list));
        Assert.Equal(3, Directory.GetFiles(_directory[""]).Count(file => !file.EndsWith(".pub", StringComparison.Ordinal)));

        KeygenRun.Ours("serial: 3", "-qku", "-f", list, "-s", _directory["ca"], "-").Ends();
        var read = KeyRevocationList.Parse(File.ReadAllBytes(list));
        Assert.Equal(5ul, read.Version);
        Assert.True(read.Contains(PublicKeyLine.Parse(File.ReadAllText(_directory["key.pub"]))!.Key));
        Assert.Equal([new SerialRange(3, 3)], Assert.Single(read.Items.Certificates).Value.Serials.ToRanges());
    }

    [Theory]
    [InlineData("serial: 0", "in:1: invalid serial \"0\"")]
    [InlineData("serial: -3", "in:1: invalid serial \"-3\"")]
    [InlineData("serial: 09", "in:1: invalid serial \"09\"")]
    [InlineData("serial: 0x", "in:1: invalid serial \"0x\"")]
    [InlineData("serial: 18446744073709551616", "in:1: serial out of range")]
    [InlineData("serial: 0x10000000000000000", "in:1: serial out of range")]
    [InlineData("# x\n\nid: a\0b", "in:3: invalid key ID \"a\\000b\"")]
    [InlineData("hash: SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF", "in:1: decode hash failed: invalid format")]
    [InlineData("bogus: 3", "in:1: invalid key: invalid format: The line holds no public key.")]
    public void A_directive_that_cannot_be_is_refused_with_its_place(string text, string error)
    {
        string path = _directory.Write("in", text);
        Assert.Equal(new KeygenRun(255, "", error.Replace("in:", path + ":", StringComparison.Ordinal) + "\r\n"), KeygenRun.Ours("", "-qk", "-f", _directory["list"], "-s", "None", path));
        Assert.False(File.Exists(_directory["list"]));
    }

    [Fact]
    public void An_id_that_is_no_text_stays_as_it_is()
    {
        File.WriteAllBytes(_directory["in"], "id: \u00fc"u8[..5].ToArray());
        KeygenRun.Ours("", "-qk", "-f", _directory["list"], "-s", "none", _directory["in"]).Ends();
        Assert.Equal([0xc3], Assert.Single(KeyRevocationList.Parse(File.ReadAllBytes(_directory["list"])).Items.CertificatesOf([]).KeyIds));
    }

    [Fact]
    public void A_comment_that_a_list_cannot_have_is_refused()
    {
        KeygenRun refused = KeygenRun.Ours("", "-k", "-f", _directory["list"], "-C", new string('x', (1 << 16) + 1), _directory["key.pub"]).Ends(255);
        Assert.StartsWith("Couldn't generate KRL: The comment of a list has at most 65536 bytes", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_list_is_neither_asked_nor_updated()
    {
        string key = _directory["key.pub"];
        Assert.Equal(new KeygenRun(255, "", $"Invalid KRL file {key}: KRL file has invalid magic number\r\n"), KeygenRun.Ours("", "-Q", "-f", key, key));
        Assert.Equal(new KeygenRun(255, "", $"Unable to load KRL {_directory[""]}: {_directory[""]} is not a regular file\r\n"), KeygenRun.Ours("", "-Q", "-f", _directory[""], key));
        byte[] signed = new KeyRevocationListBuilder().Write(DateTimeOffset.UnixEpoch);
        File.WriteAllBytes(_directory["signed"], [.. signed, (byte)KeyRevocationSection.Signature, 0, 0, 0, 0]);
        Assert.StartsWith($"Invalid KRL file {_directory["signed"]}: The key revocation list is signed within itself", KeygenRun.Ours("", "-ku", "-f", _directory["signed"], key).Ends(255).Error, StringComparison.Ordinal);
    }
}
