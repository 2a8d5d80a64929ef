namespace Nacre.Tests.Interop;

/// <summary>Key files that OpenSSH's ssh-keygen made, once for the whole run; each has its public half beside it as .pub.</summary>
internal static class StockKeys
{
    private static readonly Lazy<Task<TemporaryDirectory>> Directory = new(MakeAsync);

    /// <summary>The kinds of key that there is one of, by their ssh-keygen names with the length of RSA and the curve of ECDSA.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048"];

    /// <summary>The file of a host key of this kind.</summary>
    public static async Task<string> HostAsync(string kind) => (await Directory.Value)["host-" + kind];

    /// <summary>The file of a user's key of this kind, without a passphrase and for its owner's eyes only.</summary>
    public static async Task<string> UserAsync(string kind) => (await Directory.Value)["user-" + kind];

    /// <summary>Makes a certificate with ssh-keygen and returns its file.</summary>
    /// <param name="directory">Where to.</param>
    /// <param name="key">The file of the key to certify.</param>
    /// <param name="authority">The file of the authority's key.</param>
    /// <param name="flags">What it is for.</param>
    public static async Task<string> CertifyAsync(TemporaryDirectory directory, string key, string authority, params string[] flags)
    {
        string copy = directory.Write($"{Guid.NewGuid():N}.pub", await File.ReadAllTextAsync(key + ".pub"));
        (await Run.Async("ssh-keygen", ["-q", "-s", authority, .. flags, copy])).Ends();
        return copy[..^".pub".Length] + "-cert.pub";
    }

    private static async Task<TemporaryDirectory> MakeAsync()
    {
        var directory = new TemporaryDirectory();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => directory.Dispose();
        await Task.WhenAll(
            from role in new[] { "host", "user" }
            from kind in Kinds
            select MakeAsync(directory[$"{role}-{kind}"], kind));
        return directory;
    }

    private static async Task MakeAsync(string file, string kind)
    {
        string[] parts = kind.Split('-');
        string[] bits = parts.Length > 1 ? ["-b", parts[1]] : [];
        (await Run.Async("ssh-keygen", ["-q", "-t", parts[0], .. bits, "-N", "", "-C", kind, "-f", file])).Ends();
    }
}
