using System.Globalization;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.SshKeygen;

/// <summary>Shows what a key revocation list revokes, much as a specification that would make it.</summary>
internal sealed class RevocationListing(KeyRevocationList list, TextWriter output)
{
    public void Show()
    {
        output.WriteLine($"# KRL version {list.Version}");
        output.WriteLine($"# Generated at {Time(list.GeneratedAt)}");
        if (list.CommentBytes.Length > 0) output.WriteLine($"# Comment: {Printable.Escape(list.CommentBytes)}");
        output.WriteLine();
        foreach (byte[] blob in ByteSequences.Ascending(list.Items.Keys)) output.WriteLine(PublicKey.TryParse(blob, out PublicKey? key) ? $"hash: {key.Fingerprint} # {key.Type}" : "# key of a type that is not supported");
        foreach (byte[] hash in ByteSequences.Ascending(list.Items.Sha256Hashes)) output.WriteLine($"hash: SHA256:{Convert.ToHexStringLower(hash)}");
        foreach (byte[] hash in ByteSequences.Ascending(list.Items.Sha1Hashes)) output.WriteLine($"# hash SHA1:{Convert.ToHexStringLower(hash)}");
        foreach ((byte[] authority, RevokedCertificates certificates) in list.Items.Certificates) Show(authority, certificates);
    }

    private void Show(byte[] authority, RevokedCertificates certificates)
    {
        string whose = authority.Length == 0 ? "# Wildcard CA"
            : PublicKey.TryParse(authority, out PublicKey? key) ? $"# CA key {key.Type} {key.Fingerprint}"
            : "# CA key of a type that is not supported";
        output.WriteLine();
        output.WriteLine(whose);
        foreach (SerialRange range in certificates.Serials.ToRanges()) output.WriteLine(range.Lowest == range.Highest ? $"serial: {range.Lowest}" : $"serial: {range.Lowest}-{range.Highest}");
        foreach (byte[] id in ByteSequences.Ascending(certificates.KeyIds)) output.WriteLine($"id: {Printable.Escape(id)}");
    }

    private static string Time(ulong seconds) => seconds > (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        ? "<INVALID>"
        : DateTimeOffset.FromUnixTimeSeconds((long)seconds).LocalDateTime.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
}
