using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>A certificate as it was found.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="KeyPath">The file of the key that it lies beside; null where it was named itself.</param>
internal sealed record FoundCertificate(Certificate Certificate, string? KeyPath)
{
    /// <summary>True when CertificateFile names it.</summary>
    public bool IsConfigured => KeyPath is null;

    /// <summary>
    /// Reads the certificates that are named; where none is, those that lie beside the keys, under their names with -cert.pub. In either case
    /// those that lie in the place of public keys, as .pub, which OpenSSH takes too.
    /// </summary>
    public static IReadOnlyList<FoundCertificate> Load(IReadOnlyList<string> named, IReadOnlyList<string> keyPaths)
    {
        var found = new List<FoundCertificate>();
        foreach (string path in named)
        {
            if (UserCertificate.TryRead(path, out Certificate? certificate)) found.Add(new FoundCertificate(certificate, null));
        }

        foreach (string path in keyPaths)
        {
            if (File.Exists(path + ".pub") && UserCertificate.TryRead(path + ".pub", out Certificate? inPlace)) found.Add(new FoundCertificate(inPlace, path));
            if (named.Count == 0 && File.Exists(path + "-cert.pub") && UserCertificate.TryRead(path + "-cert.pub", out Certificate? certificate)) found.Add(new FoundCertificate(certificate, path));
        }

        return found;
    }
}
