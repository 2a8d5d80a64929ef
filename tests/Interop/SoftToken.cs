using System.Globalization;
using System.Security.Cryptography;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Tests.Interop;

/// <summary>A token of SoftHSM in a directory of one test's own; it is there for whatever is started with <see cref="Environment"/>.</summary>
internal sealed class SoftToken : IDisposable
{
    public const string Pin = "1234", Label = "token-slot-0";

    private const string SecurityOfficerPin = "12345678";

    // RFC 8410 7: all that comes before the 32 bytes of a seed.
    private static readonly byte[] Ed25519Head = Convert.FromHexString("302e020100300506032b657004220420");

    private readonly TemporaryDirectory _directory = new();
    private int _count;

    private SoftToken()
    {
    }

    /// <summary>The library, by a path that is a link to it on Debian.</summary>
    public static string Library { get; } = Path.Join("/usr/lib/softhsm", "libsofthsm2.so");

    /// <summary>The file that <see cref="Library"/> leads to.</summary>
    public static string RealLibrary { get; } = File.ResolveLinkTarget(Library, returnFinalTarget: true)?.FullName ?? Library;

    /// <summary>What whoever uses the token is started with: the token's place, and nobody to ask in a window.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; private set; } = new Dictionary<string, string?>();

    /// <summary>A directory for whatever else the test has.</summary>
    public TemporaryDirectory Directory => _directory;

    /// <summary>Makes a token without keys.</summary>
    public static async Task<SoftToken> MakeAsync()
    {
        var token = new SoftToken();
        string configuration = token._directory.Write(
            "softhsm2.conf",
            $"directories.tokendir = {token._directory.Open("tokens")}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n");
        token.Environment = new Dictionary<string, string?> { ["SOFTHSM2_CONF"] = configuration, ["DISPLAY"] = null, ["WAYLAND_DISPLAY"] = null, ["SSH_ASKPASS_REQUIRE"] = null };
        await token.UtilAsync("--init-token", "--free", "--label", Label, "--pin", Pin, "--so-pin", SecurityOfficerPin);
        return token;
    }

    /// <summary>Puts a new key on the token.</summary>
    /// <param name="type">Its type, as in public keys.</param>
    /// <param name="label">What it is called there.</param>
    public async Task<PublicKey> ImportAsync(string type, string label)
    {
        byte[] pkcs8 = NewKey(type);
        string file = _directory.Write($"key{++_count}", PemEncoding.WriteString("PRIVATE KEY", pkcs8));
        await UtilAsync("--import", file, "--token", Label, "--label", label, "--id", _count.ToString("x4", CultureInfo.InvariantCulture), "--pin", Pin);
        using PrivateKey key = PrivateKeyFile.Parse(await File.ReadAllBytesAsync(file)).Unlock();
        return key.PublicKey;
    }

    /// <summary>Runs OpenSC's pkcs11-tool on the token, logged in.</summary>
    public async Task ToolAsync(params string[] arguments) =>
        (await Run.Async("pkcs11-tool", ["--module", Library, "--token-label", Label, "--login", "--pin", Pin, .. arguments], environment: Environment)).Ends();

    public void Dispose() => _directory.Dispose();

    private static byte[] NewKey(string type)
    {
        if (type == "ssh-ed25519") return [.. Ed25519Head, .. RandomNumberGenerator.GetBytes(32)];
        using AsymmetricAlgorithm key = type switch
        {
            "ecdsa-sha2-nistp256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            "ecdsa-sha2-nistp384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            "ecdsa-sha2-nistp521" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
            _ => RSA.Create(2048),
        };
        return key.ExportPkcs8PrivateKey();
    }

    private async Task UtilAsync(params string[] arguments) => (await Run.Async("softhsm2-util", arguments, environment: Environment)).Ends();
}
