using System.Globalization;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Keys;

/// <summary>Certificates and revocation lists as OpenSSH's ssh-keygen makes them, and what it says of them.</summary>
[Trait("Category", "Interop")]
public sealed class CertificateInteropTests
{
    public static TheoryData<string> Kinds => [.. StockKeys.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_certificate_by_ssh_keygen_is_read_whoever_signs_it(string kind)
    {
        using var directory = new TemporaryDirectory();
        foreach (string authority in StockKeys.Kinds)
        {
            string file = await StockKeys.CertifyAsync(
                directory, await StockKeys.UserAsync(kind), await StockKeys.HostAsync(authority),
                "-I", "id of it", "-z", "12345678901234567890", "-n", "al,bo", "-V", "20200101000000Z:20300101000000Z", "-O", "force-command=echo hi", "-O", "source-address=10.0.0.0/8", "-O", "no-pty");
            Certificate certificate = Read(file);
            Assert.Equal(await ReadPlainAsync(await StockKeys.UserAsync(kind)), certificate.PlainKey);
            Assert.Equal(await ReadPlainAsync(await StockKeys.HostAsync(authority)), certificate.SignatureKey);
            Assert.Equal((12345678901234567890, CertificateKind.User, "id of it"), (certificate.Serial, certificate.Kind, certificate.KeyId));
            Assert.Equal(["al", "bo"], certificate.Principals);
            Assert.Equal((1577836800ul, 1893456000ul), (certificate.ValidAfter, certificate.ValidBefore));
            Assert.Equal(["force-command", "source-address"], certificate.CriticalOptions.Select(option => option.Name));
            Assert.Equal(["permit-X11-forwarding", "permit-agent-forwarding", "permit-port-forwarding", "permit-user-rc"], certificate.Extensions.Select(option => option.Name));

            string listed = (await Run.Async("ssh-keygen", ["-L", "-f", file])).Ends().Output;
            Assert.Contains(certificate.Type, listed, StringComparison.Ordinal);
            Assert.Contains($"{certificate.ShortType} {certificate.Fingerprint}", listed, StringComparison.Ordinal);
            Assert.Contains($"{certificate.SignatureKey.Fingerprint} (using {certificate.SignatureAlgorithm})", listed, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_host_certificate_without_end_is_read()
    {
        using var directory = new TemporaryDirectory();
        Certificate certificate = Read(await StockKeys.CertifyAsync(directory, await StockKeys.HostAsync("ed25519"), await StockKeys.UserAsync("ed25519"), "-h", "-I", "h", "-n", "*.example"));
        Assert.Equal(CertificateKind.Host, certificate.Kind);
        Assert.Equal((0ul, ulong.MaxValue), (certificate.ValidAfter, certificate.ValidBefore));
        Assert.Empty(certificate.Extensions);
        Assert.Null(certificate.FaultAsHost("a.example", DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public async Task A_revocation_list_by_ssh_keygen_revokes_what_it_says_it_does()
    {
        using var directory = new TemporaryDirectory();
        string authority = await StockKeys.HostAsync("ed25519");
        string list = directory["krl"];
        string specification = directory.Write("spec", $"""
            serial: 1-4
            serial: 10
            serial: 15
            serial: 30
            serial: 50
            serial: 999
            serial: 500-799
            serial: 10000-20000
            serial: 18446744073709551615
            id: an id that is revoked
            key: {await File.ReadAllTextAsync(await StockKeys.UserAsync("ecdsa-256") + ".pub")}
            sha1: {await File.ReadAllTextAsync(await StockKeys.UserAsync("ecdsa-384") + ".pub")}
            sha256: {await File.ReadAllTextAsync(await StockKeys.UserAsync("ecdsa-521") + ".pub")}

            """);
        (await Run.Async("ssh-keygen", ["-k", "-q", "-f", list, "-s", authority + ".pub", "-z", "4", specification])).Ends();
        KeyRevocationList revoked = KeyRevocationList.Parse(await File.ReadAllBytesAsync(list));
        Assert.Equal(4ul, revoked.Version);

        foreach (string kind in StockKeys.Kinds) await CompareAsync(await StockKeys.UserAsync(kind) + ".pub");
        foreach (ulong serial in (ulong[])[0, 1, 4, 5, 10, 11, 14, 15, 30, 49, 50, 51, 499, 500, 799, 800, 998, 999, 1000, 9999, 10000, 20000, 20001, ulong.MaxValue - 1, ulong.MaxValue])
        {
            await CompareAsync(await StockKeys.CertifyAsync(directory, await StockKeys.UserAsync("ed25519"), authority, "-I", "x", "-n", "al", "-z", serial.ToString(CultureInfo.InvariantCulture)));
        }

        await CompareAsync(await StockKeys.CertifyAsync(directory, await StockKeys.UserAsync("ed25519"), authority, "-I", "an id that is revoked", "-n", "al"));
        await CompareAsync(await StockKeys.CertifyAsync(directory, await StockKeys.UserAsync("ecdsa-256"), authority, "-I", "x", "-n", "al"));
        await CompareAsync(await StockKeys.CertifyAsync(directory, await StockKeys.UserAsync("ed25519"), await StockKeys.UserAsync("ecdsa-256"), "-I", "x", "-n", "al"));
        await CompareAsync(await StockKeys.CertifyAsync(directory, await StockKeys.UserAsync("ed25519"), await StockKeys.HostAsync("rsa-2048"), "-I", "x", "-n", "al", "-z", "1"));

        async Task CompareAsync(string file)
        {
            RunResult verdict = await Run.Async("ssh-keygen", ["-Q", "-f", list, file]);
            bool isRevoked = verdict.Output.Contains("REVOKED", StringComparison.Ordinal);
            Assert.True(isRevoked == revoked.Contains(ReadAny(file)), $"{verdict.Output}{verdict.Error}");
        }
    }

    private static async Task<PublicKey> ReadPlainAsync(string file) => (PublicKeyLine.Parse(await File.ReadAllTextAsync(file + ".pub")) ?? throw new InvalidOperationException(file)).Key;

    private static PublicKey ReadAny(string file) => (PublicKeyLine.Parse(File.ReadAllText(file)) ?? throw new InvalidOperationException(file)).Key;

    private static Certificate Read(string file) => Assert.IsType<Certificate>(ReadAny(file));
}
