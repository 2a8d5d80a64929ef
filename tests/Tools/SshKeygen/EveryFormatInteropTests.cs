using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>Whatever one ssh-keygen writes the other reads, ours and OpenSSH's: one row for each thing, both ways, for keys of every type.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class EveryFormatInteropTests : IDisposable
{
    private const string Passphrase = "long enough for PEM";

    private readonly TemporaryDirectory _directory = new();

    private delegate Task<KeygenRun> Tool(string input, params string[] args);

    public static TheoryData<string> Types => ["ed25519", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521", "rsa -b 1024"];

    private static (string What, Func<EveryFormatInteropTests, Tool, Tool, string, Task> Goes)[] Rows =>
    [
        .. from format in (string[])["RFC4716", "PEM", "PKCS8"]
           from passphrase in (string[])["", Passphrase]
           select ($"a private key as {format}{(passphrase.Length > 0 ? ", locked" : "")}",
               (Func<EveryFormatInteropTests, Tool, Tool, string, Task>)((test, writer, reader, type) => test.PrivateKeyAsync(writer, reader, type, format, passphrase))),
        .. from format in (string[])["RFC4716", "PEM", "PKCS8"]
           select ($"a public key as {format}",
               (Func<EveryFormatInteropTests, Tool, Tool, string, Task>)((test, writer, reader, type) => test.PublicKeyAsync(writer, reader, type, format))),
        ("a user certificate", (test, writer, reader, _) => test.CertificateAsync(writer, reader, "-Overify-required", "-Oforce-command=x")),
        ("a host certificate", (test, writer, reader, _) => test.CertificateAsync(writer, reader, "-h")),
        ("a revocation list", (test, writer, reader, _) => test.RevocationListAsync(writer, reader)),
        ("a signature", (test, writer, reader, _) => test.SignatureAsync(writer, reader)),
        ("a known host", (test, writer, reader, _) => test.KnownHostAsync(writer, reader)),
        ("fingerprints", (test, writer, reader, _) => test.FingerprintsAsync(writer, reader)),
    ];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Types))]
    public async Task What_one_writes_the_other_reads(string type)
    {
        foreach ((string what, Func<EveryFormatInteropTests, Tool, Tool, string, Task> goes) in Rows)
        {
            foreach (bool isOurs in (bool[])[true, false])
            {
                foreach (string old in Directory.GetFiles(_directory.Path)) File.Delete(old);
                Tool writer = isOurs ? OursAsync : KeygenRun.StockAsync, reader = isOurs ? KeygenRun.StockAsync : OursAsync;
                (await writer("", ["-q", "-t", .. type.Split(' '), "-N", "", "-C", "me", "-f", _directory["key"]])).Ends();
                Exception? failure = await Record.ExceptionAsync(() => goes(this, writer, reader, type));
                Assert.True(failure is null, $"{what} by {(isOurs ? "us" : "OpenSSH")}: {failure}");
            }
        }
    }

    private static Task<KeygenRun> OursAsync(string input, params string[] args) => Task.FromResult(KeygenRun.Ours(input, args));

    private async Task PrivateKeyAsync(Tool writer, Tool reader, string type, string format, string passphrase)
    {
        // OpenSSH reads Ed25519 keys as PKCS#8 only since 9.6.
        if (type == "ed25519" && format == "PKCS8") return;
        (await writer("", "-p", "-a", "1", "-m", format, "-N", passphrase, "-f", _directory["key"])).Ends();
        string line = (await reader("", "-y", "-P", passphrase, "-f", _directory["key"])).Ends().Output;
        Assert.StartsWith(line.TrimEnd(), File.ReadAllText(_directory["key.pub"]), StringComparison.Ordinal);
        if (passphrase.Length > 0) (await reader("", "-y", "-P", "wrong one", "-f", _directory["key"])).Ends(255);
    }

    private async Task PublicKeyAsync(Tool writer, Tool reader, string type, string format)
    {
        if (type == "ed25519" && format != "RFC4716") return;
        _directory.Write("exported", (await writer("", "-e", "-m", format, "-f", _directory["key.pub"])).Ends().Output);
        string imported = (await reader("", "-i", "-m", type.StartsWith('e') && format == "PEM" ? "PKCS8" : format, "-f", _directory["exported"])).Ends().Output;
        Assert.Equal(string.Join(' ', File.ReadAllText(_directory["key.pub"]).Split(' ')[..2]) + "\n", imported);
    }

    private async Task CertificateAsync(Tool writer, Tool reader, params string[] options)
    {
        (await writer("", "-q", "-t", "ed25519", "-N", "", "-f", _directory["authority"])).Ends();
        (await writer("", ["-q", "-s", _directory["authority"], "-I", "an id", "-n", "one,two", "-V", "20200101Z:20400101Z", "-z", "42", .. options, _directory["key.pub"]])).Ends();
        KeygenRun shown = (await writer("", "-L", "-f", _directory["key-cert.pub"])).Ends();
        Assert.Equal(shown, await reader("", "-L", "-f", _directory["key-cert.pub"]));

        // And the key itself as an authority.
        (await writer("", "-q", "-s", _directory["key"], "-I", "id", "-n", "a", _directory["authority.pub"])).Ends();
        Assert.Contains("Signing CA: ", (await reader("", "-L", "-f", _directory["authority-cert.pub"])).Ends().Output, StringComparison.Ordinal);
    }

    private async Task RevocationListAsync(Tool writer, Tool reader)
    {
        (await writer("", "-q", "-t", "ed25519", "-N", "", "-f", _directory["other"])).Ends();
        (await writer("", "-q", "-s", _directory["other"], "-I", "id", "-n", "a", "-z", "7", _directory["key.pub"])).Ends();
        string key = string.Join(' ', File.ReadAllText(_directory["key.pub"]).Split(' ')[..2]);
        foreach (string specification in (string[])[$"key: {key}", $"sha1: {key}", $"sha256: {key}", "serial: 5-9", "id: id"])
        {
            _directory.Write("specification", specification + "\n");
            (await writer("", "-q", "-k", "-f", _directory["list"], "-s", _directory["other.pub"], _directory["specification"])).Ends();
            (await reader("", "-Q", "-f", _directory["list"], _directory["key-cert.pub"])).Ends(1);
            (await reader("", "-Q", "-f", _directory["list"], _directory["other.pub"])).Ends();
        }
    }

    private async Task SignatureAsync(Tool writer, Tool reader)
    {
        foreach (string hash in (string[])["sha256", "sha512"])
        {
            string message = _directory.Write("message", "what is signed\n");
            File.Delete(message + ".sig");
            (await writer("", "-Y", "sign", "-O", $"hashalg={hash}", "-n", "file", "-f", _directory["key"], message)).Ends();
            _directory.Write("allowed", $"me@here {File.ReadAllText(_directory["key.pub"])}");
            string[] verify = ["-Y", "verify", "-n", "file", "-I", "me@here", "-f", _directory["allowed"], "-s", message + ".sig"];
            (await reader("what is signed\n", verify)).Ends();
            (await reader("what was signed\n", verify)).Ends(255);
        }
    }

    private async Task KnownHostAsync(Tool writer, Tool reader)
    {
        _directory.Write("hosts", $"host.example,10.0.0.1 {File.ReadAllText(_directory["key.pub"])}");
        (await writer("", "-H", "-f", _directory["hosts"])).Ends();
        Assert.DoesNotContain("example", File.ReadAllText(_directory["hosts"]), StringComparison.Ordinal);
        foreach (string name in (string[])["host.example", "10.0.0.1"]) (await reader("", "-F", name, "-f", _directory["hosts"])).Ends();
        (await reader("", "-F", "other.example", "-f", _directory["hosts"])).Ends(1);
    }

    private async Task FingerprintsAsync(Tool writer, Tool reader)
    {
        foreach (string[] flags in (string[][])[["-lv"], ["-l", "-E", "md5"], ["-B"], ["-r", "host.example"], ["-g", "-r", "host.example"]])
        {
            string[] args = [.. flags, "-f", _directory["key.pub"]];
            Assert.Equal(await writer("", args), await reader("", args));
        }
    }
}
