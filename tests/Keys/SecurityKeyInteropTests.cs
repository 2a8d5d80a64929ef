using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Keys;

/// <summary>Keys of a security key in both directions: files, public keys and certificates that OpenSSH's ssh-keygen makes by the provider of its own tests.</summary>
[Trait("Category", "Interop")]
public sealed class SecurityKeyInteropTests
{
    private const string Passphrase = "long enough";

    [Theory]
    [InlineData("ed25519-sk", KeyAlgorithm.SkEd25519)]
    [InlineData("ecdsa-sk", KeyAlgorithm.SkEcdsaP256)]
    public async Task OpenSSH_and_we_read_each_others(string kind, string type)
    {
        using var directory = new TemporaryDirectory();
        string file = directory["key"];
        (await Run.Async("ssh-keygen", ["-q", "-t", kind, "-w", DummySecurityKey.Provider, "-O", "application=ssh:test", "-N", Passphrase, "-C", "a comment", "-f", file])).Ends();
        (await Run.Async("ssh-keygen", ["-q", "-s", file, "-w", DummySecurityKey.Provider, "-P", Passphrase, "-I", "id", "-n", "al", file + ".pub"])).Ends();

        using PrivateKey key = PrivateKeyFile.Read(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken), Encoding.UTF8.GetBytes(Passphrase));
        Assert.Equal((type, "a comment"), (key.PublicKey.Type, key.Comment));
        Assert.Equal(SecurityKeyFlags.UserPresence, ((SecurityPrivateKey)key).Flags);
        string[] listed = (await Run.Async("ssh-keygen", ["-l", "-f", file + ".pub"])).Ends().Output.Split(' ');
        Assert.Equal((listed[0], listed[1], listed[^1]), ("256", key.PublicKey.Fingerprint, $"({key.PublicKey.ShortType})\n"));

        // What the security key has signed is good only if all of PROTOCOL.u2f is right here.
        PublicKeyLine line = PublicKeyLine.Parse(File.ReadAllText(file + "-cert.pub"))!;
        Certificate certificate = Assert.IsType<Certificate>(line.Key);
        Assert.Equal((key.PublicKey, key.PublicKey, type), (certificate.PlainKey, certificate.SignatureKey, certificate.SignatureAlgorithm));

        using (Secret ours = OpenSshPrivateKey.Write(key, default)) File.WriteAllBytes(file, ours.Span);
        Assert.Equal(key.PublicKey.ToString(), string.Join(' ', (await Run.Async("ssh-keygen", ["-y", "-f", file])).Ends().Output.Split(' ')[..2]).Trim());
        (await Run.Async("ssh-keygen", ["-q", "-s", file, "-w", DummySecurityKey.Provider, "-I", "again", "-n", "al", file + ".pub"])).Ends();
        Assert.Equal("again", Assert.IsType<Certificate>(PublicKeyLine.Parse(File.ReadAllText(file + "-cert.pub"))!.Key).KeyId);
    }
}
