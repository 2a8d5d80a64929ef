using System.Diagnostics.CodeAnalysis;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tools.SshKeygen;

namespace Nacre.Tools.SshAdd;

/// <summary>The certificate that lies beside a key, under the key's name with -cert.pub.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Path">Its file.</param>
/// <param name="Comment">What the file says behind it.</param>
internal sealed record KeyCertificate(Certificate Certificate, string Path, string Comment)
{
    /// <summary>Reads it; where it is there and is not for the key, that is told.</summary>
    public static bool TryFind(string keyPath, PublicKey key, AddReport report, [NotNullWhen(true)] out KeyCertificate? found)
    {
        found = null;
        string path = keyPath + "-cert.pub";
        if (!System.IO.Path.Exists(path))
        {
            report.Trace(2, $"no certificate beside {keyPath}");
            return false;
        }

        if (KeyFiles.LoadPublic(path) is not PublicKeyLine { Key: Certificate certificate } line)
        {
            report.Fail($"Failed to load certificate \"{path}\": invalid format");
            return false;
        }

        if (!certificate.PlainKey.Equals(key.PlainKey))
        {
            report.Fail($"Certificate {path} does not match private key {keyPath}");
            return false;
        }

        found = new KeyCertificate(certificate, path, line.Comment);
        return true;
    }
}
