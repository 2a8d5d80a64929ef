using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>ssh-keygen -s and -L as far as they are ours to say: what is read back, where it lies, and what is refused.</summary>
public sealed class CertificateSigningTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public CertificateSigningTests()
    {
        foreach (string name in (string[])["authority", "key", "other"]) KeygenRun.Ours("", "-q", "-t", "ed25519", "-N", "", "-C", $"comment of {name}", "-f", _directory[name]).Ends();
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Each_key_gets_a_certificate_beside_it_with_its_own_number_and_comment()
    {
        KeygenRun made = Sign("-n", "al,bo", "-z", "+18446744073709551614", _directory["key"], _directory["other.pub"]).Ends();
        Assert.Equal(
            $"Signed user key {_directory["key-cert.pub"]}: id \"an id\" serial 18446744073709551614 for al,bo valid forever\r\n"
            + $"Signed user key {_directory["other-cert.pub"]}: id \"an id\" serial 18446744073709551615 for al,bo valid forever\r\n",
            made.Error);
        Assert.Empty(made.Output);
        Assert.Equal(ulong.MaxValue - 1, Read("key").Serial);
        Assert.Equal(ulong.MaxValue, Read("other").Serial);
        Assert.EndsWith(" comment of other\n", File.ReadAllText(_directory["other-cert.pub"]), StringComparison.Ordinal);

        KeygenRun full = Sign("-q", "-z", "+18446744073709551615", _directory["key"], _directory["other.pub"]).Ends(255);
        Assert.Equal("There is no serial number after 18446744073709551615\r\n", full.Error);
    }

    [Fact]
    public void Without_a_plus_all_have_the_same_number()
    {
        Assert.Equal(new KeygenRun(0, "", ""), Sign("-q", "-h", "-z", "7", _directory["key"], _directory["other"]));
        Assert.Equal((7ul, 7ul), (Read("key").Serial, Read("other").Serial));
        Assert.Equal(CertificateKind.Host, Read("key").Kind);
        Assert.Empty(Read("key").Extensions);
    }

    [Fact]
    public void Whoever_certifies_for_nobody_is_warned_once()
    {
        string error = Sign(_directory["key"], _directory["other"]).Ends().Error;
        Assert.Equal(3, error.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.StartsWith("Warning: a certificate without principals (-n) is for nobody", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning", Sign("-n", "al", _directory["key"]).Ends().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_private_key_alone_tells_which_key_it_is()
    {
        File.Delete(_directory["key.pub"]);
        Sign("-q", _directory["key"]).Ends();
        using PrivateKey key = PrivateKeyFile.Read(File.ReadAllBytes(_directory["key"]));
        Assert.Equal(key.PublicKey, Read("key").PlainKey);
    }

    [Fact]
    public void The_authoritys_passphrase_is_asked_for_or_given()
    {
        KeygenRun.Ours("", "-q", "-p", "-N", "sesame street", "-f", _directory["authority"]).Ends();
        Assert.Equal("Enter passphrase: ", Sign("sesame street\n", ["-q", _directory["key"]]).Ends().Error);
        Sign("-q", "-P", "sesame street", _directory["key"]).Ends();
        Assert.Contains("incorrect passphrase", Sign("-P", "wrong", _directory["key"]).Ends(255).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("extension:permit-pty", "")]
    [InlineData("permit-x11-forwarding", "")]
    [InlineData("no-pty", "")]
    [InlineData("critical:a@b=c", "a@b")]
    public void An_option_that_is_there_already_is_there_once(string option, string critical)
    {
        Sign("-q", "-O", option, "-O", option, _directory["key"]).Ends();
        Certificate made = Read("key");
        Assert.Equal(made.Extensions.DistinctBy(each => each.Name), made.Extensions);
        Assert.Equal(critical, string.Join(',', made.CriticalOptions.Select(each => each.Name)));
    }

    [Theory]
    [InlineData("source-address=10.0.0.1/8")]
    [InlineData("source-address=foo")]
    [InlineData("source-address=10.*")]
    [InlineData("source-address=!10.0.0.0/8")]
    [InlineData("source-address=10.0.0.0/8,")]
    public void A_source_address_that_servers_could_not_read_is_refused(string option)
    {
        KeygenRun refused = Sign("-O", option, _directory["key"]).Ends(255);
        Assert.StartsWith("Invalid source-address list: ", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_directory["key-cert.pub"]));
    }

    [Theory]
    [InlineData("critical:")]
    [InlineData("extension:=x")]
    public void An_option_has_a_name(string option) =>
        Assert.Equal($"Unsupported certificate option \"{option}\"\r\n", Sign("-O", option, _directory["key"]).Ends(255).Error);

    [Fact]
    public void Two_meanings_of_one_option_are_refused()
    {
        KeygenRun refused = Sign("-O", "critical:force-command=x", "-O", "critical:force-command=y", _directory["key"]).Ends(255);
        Assert.Equal("Certificate option \"critical:force-command=y\" contradicts another one of that name\r\n", refused.Error);
        Assert.Equal("force-command already specified\r\n", Sign("-O", "critical:force-command=x", "-O", "force-command=y", _directory["key"]).Ends(255).Error);
    }

    [Theory]
    [InlineData("-h")]
    [InlineData("-V", "+1d")]
    [InlineData("-O", "no-pty", "-t", "ed25519", "-f", "nowhere")]
    public void What_says_something_of_certificates_wants_an_authority(params string[] flags)
    {
        KeygenRun refused = KeygenRun.Ours("", flags).Ends(1);
        Assert.StartsWith($"{flags[0]} says something of certificates to sign, and without -s there are none.\n", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_holds_no_key_is_named()
    {
        string file = _directory.Write("text", "nothing of use\n");
        Assert.Equal($"load pubkey \"{file}\": the file holds no public key, and neither does the one beside it with .pub\r\n", Sign("-q", file).Ends(255).Error);
        Sign("-q", _directory["key"]).Ends();
        Assert.Equal($"key \"{_directory["key-cert.pub"]}\" type ED25519-CERT cannot be certified\r\n", Sign("-q", _directory["key-cert.pub"]).Ends(255).Error);
    }

    [Fact]
    public void What_an_authority_wrote_to_deceive_a_terminal_is_shown_escaped()
    {
        KeygenRun.Ours("", "-q", "-s", _directory["authority"], "-I", "a\u001b[2Jb", "-n", "c\u202ed", "-O", "critical:e\u0007=x", "-O", "force-command=f\rg", _directory["key"]).Ends();
        KeygenRun listed = KeygenRun.Ours("", "-L", "-f", _directory["key-cert.pub"]).Ends();
        Assert.Contains("Key ID: \"a\\033[2Jb\"\n", listed.Output, StringComparison.Ordinal);
        Assert.Contains("                c\\342\\200\\256d\n", listed.Output, StringComparison.Ordinal);
        Assert.Contains("                e\\007 UNKNOWN OPTION: 0000000178 (len 5)\n", listed.Output, StringComparison.Ordinal);
        Assert.Contains("                force-command f\\015g\n", listed.Output, StringComparison.Ordinal);
    }

    private KeygenRun Sign(params string[] rest) => Sign("", rest);

    private KeygenRun Sign(string input, string[] rest) => KeygenRun.Ours(input, ["-s", _directory["authority"], "-I", "an id", .. rest]);

    private Certificate Read(string name) => Assert.IsType<Certificate>(PublicKeyLine.Parse(File.ReadAllText(_directory[$"{name}-cert.pub"]))!.Key);
}
