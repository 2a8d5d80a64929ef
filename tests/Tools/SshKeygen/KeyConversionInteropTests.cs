using Nacre.Protocol.Keys.Formats;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>Keys carried from one program's form to another's: what our ssh-keygen prints is what OpenSSH's prints, and each reads the other's.</summary>
[Trait("Category", "Interop")]
public sealed class KeyConversionInteropTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ed25519", "")]
    [InlineData("ecdsa", "256")]
    [InlineData("ecdsa", "384")]
    [InlineData("ecdsa", "521")]
    [InlineData("rsa", "1024")]
    public async Task Public_keys_are_exported_and_imported_alike(string type, string bits)
    {
        string[] size = bits.Length > 0 ? ["-b", bits] : [];
        (await KeygenRun.StockAsync("", ["-q", "-t", type, .. size, "-N", "", "-C", "me", "-f", _directory["key"]])).Ends();
        string line = string.Join(' ', File.ReadAllText(_directory["key.pub"]).Split(' ')[..2]) + "\n";
        foreach (string format in (string[])["RFC4716", "pkcs8", "PEM"])
        {
            if (type == "ed25519" && format != "RFC4716") continue;
            foreach (string file in (string[])["key", "key.pub"])
            {
                string[] export = ["-e", "-m", format, "-f", _directory[file]];
                Assert.Equal(await KeygenRun.StockAsync("", export), KeygenRun.Ours("", export));
            }

            _directory.Write("exported", KeygenRun.Ours("", "-e", "-m", format, "-f", _directory["key"]).Ends().Output);
            Assert.Equal(line, KeygenRun.Ours("", "-i", "-m", format, "-f", _directory["exported"]).Ends().Output);

            // What PEM means for ECDSA OpenSSH reads under the name of PKCS8 only.
            string name = type == "ecdsa" && format == "PEM" ? "PKCS8" : format;
            Assert.Equal(line, (await KeygenRun.StockAsync("", "-i", "-m", name, "-f", _directory["exported"])).Ends().Output);
        }

        (await KeygenRun.StockAsync("", "-q", "-s", _directory["key"], "-I", "id", "-n", "me", _directory["key.pub"])).Ends();
        string[] certificate = ["-e", "-f", _directory["key-cert.pub"]];
        Assert.Equal(await KeygenRun.StockAsync("", certificate), KeygenRun.Ours("", certificate));
        (await KeygenRun.StockAsync("", "-q", "-p", "-a", "1", "-N", "secret", "-f", _directory["key"])).Ends();
        Assert.Equal(0, KeygenRun.Ours("", "-e", "-f", _directory["key"]).Status);
        foreach (string generic in (string[])["-r", "-gr"])
        {
            string[] records = [generic, "host.example", "-f", _directory["key.pub"]];
            Assert.Equal(await KeygenRun.StockAsync("", records), KeygenRun.Ours("", records));
        }
    }

    [Fact]
    public async Task Public_keys_of_OpenSSL_are_read_and_it_reads_ours()
    {
        foreach ((string type, string option) in ((string, string)[])[("ed25519", ""), ("EC", "ec_paramgen_curve:P-384"), ("RSA", "rsa_keygen_bits:1024")])
        {
            string[] parameters = option.Length > 0 ? ["-pkeyopt", option] : [];
            (await Run.Async("openssl", ["genpkey", "-algorithm", type, .. parameters, "-out", _directory["private"]])).Ends();
            RunResult theirs = (await Run.Async("openssl", ["pkey", "-in", _directory["private"], "-pubout"])).Ends();
            _directory.Write("public", theirs.Output);
            string line = KeygenRun.Ours("", "-i", "-m", "PKCS8", "-f", _directory["public"]).Ends().Output;
            _directory.Write("line.pub", line);
            Assert.Equal(theirs.Output, KeygenRun.Ours("", "-e", "-m", "PKCS8", "-f", _directory["line.pub"]).Ends().Output);
        }
    }

    [Fact]
    public async Task Public_keys_go_to_PuTTY_and_back()
    {
        foreach (string type in (string[])["ed25519", "ecdsa", "rsa"])
        {
            KeygenRun.Ours("", "-q", "-t", type, "-N", "", "-C", "some comment", "-f", _directory["key"]).Ends();
            _directory.Write("exported", KeygenRun.Ours("", "-e", "-f", _directory["key"]).Ends().Output);
            string line = string.Join(' ', File.ReadAllText(_directory["key.pub"]).Split(' ')[..2]);
            Assert.StartsWith(line, (await Run.Async("puttygen", [_directory["exported"], "-L"])).Ends().Output, StringComparison.Ordinal);
            (await Run.Async("puttygen", [_directory["key.pub"], "-O", "public", "-o", _directory["theirs"]])).Ends();
            Assert.Equal(line + "\n", KeygenRun.Ours("", "-i", "-f", _directory["theirs"]).Ends().Output);
            Assert.Equal("some comment", PublicKeyFile.Read(File.ReadAllBytes(_directory["theirs"])).Comment);
            File.Delete(_directory["key"]);
        }
    }

    [Fact]
    public async Task Private_keys_of_ssh_com_come_out_as_OpenSSH_prints_them()
    {
        string none = _directory.Write("none", ""), phrase = _directory.Write("phrase", "secret\n");
        (await Run.Async("puttygen", ["-q", "-t", "rsa", "-b", "1024", "-C", "a comment", "--new-passphrase", none, "-o", _directory["ppk"]])).Ends();
        (await Run.Async("puttygen", [_directory["ppk"], "-q", "-O", "private-sshcom", "--new-passphrase", none, "-o", _directory["sshcom"]])).Ends();
        string[] import = ["-i", "-f", _directory["sshcom"]];
        Assert.Equal(await KeygenRun.StockAsync("", import), KeygenRun.Ours("", import));
        Assert.Equal((await Run.Async("puttygen", [_directory["ppk"], "-L"])).Ends().Output, KeygenRun.Ours("", "-y", "-f", _directory["sshcom"]).Ends().Output);

        (await Run.Async("puttygen", [_directory["ppk"], "-q", "-O", "private-sshcom", "--new-passphrase", phrase, "-o", _directory["sshcom"]])).Ends();
        Assert.Equal(255, (await KeygenRun.StockAsync("", import)).Status);
        Assert.Contains("\"3des-cbc\" of ssh.com's programs", KeygenRun.Ours("", import).Ends(255).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_refuse_what_is_no_key()
    {
        _directory.Write("nothing", "nothing here\n");
        foreach (string command in (string[])["-i -f @/missing", "-e -f @/missing", "-r x -f @/missing", "-m foo -e -f @/nothing"])
        {
            string[] args = command.Replace("@", _directory.Path, StringComparison.Ordinal).Split(' ');
            Assert.Equal(await KeygenRun.StockAsync("", args), KeygenRun.Ours("", args));
        }

        foreach (string command in (string[])["-i -f @/nothing", "-r x -f @/nothing", "-i -f /dev/null"])
        {
            string[] args = command.Replace("@", _directory.Path, StringComparison.Ordinal).Split(' ');
            (await KeygenRun.StockAsync("", args)).Ends(255);
            KeygenRun ours = KeygenRun.Ours("", args).Ends(255);
            Assert.Single(ours.Error.TrimEnd().Split('\n'));
        }
    }
}
