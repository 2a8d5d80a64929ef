using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.SshKeygen;

/// <summary>Shows what the certificates in a file say.</summary>
internal sealed class CertificateListing(KeygenSettings settings, Answers answers, TextWriter output, TextWriter error)
{
    private const string Indent = "        ";

    /// <summary>Shows each; returns the exit status, which tells whether there was any.</summary>
    public int Run()
    {
        string path = settings.File ?? KeyGeneration.AskFile(answers, "Enter file in which the key is", KeyGeneration.CurrentUser(), settings);
        bool isInput = path == "-", hasCertificate = false;
        string name = isInput ? "(stdin)" : path;
        string[] lines = KeyFiles.ReadLines(path, isInput ? answers : null);
        for (int i = 0; i < lines.Length; i++)
        {
            ReadOnlySpan<char> line = lines[i].AsSpan().Trim(" \t");
            if (line.IsEmpty || line[0] == '#') continue;
            if (Read(line, $"{name}:{i + 1}") is not { } certificate) continue;
            hasCertificate = true;
            output.WriteLine(i > 0 || isInput ? $"{name}:{i + 1}:" : $"{name}:");
            Show(certificate);
        }

        return hasCertificate ? 0 : 1;
    }

    private Certificate? Read(ReadOnlySpan<char> line, string place)
    {
        try
        {
            PublicKey? key = PublicKeyLine.Parse(line)?.Key;
            if (key is Certificate certificate) return certificate;
            error.Write($"{place} is not a certificate\r\n");
        }
        catch (KeyFormatException refused)
        {
            error.Write($"{place}: invalid key: {SshKeygenApplet.Explain(refused)}\r\n");
        }

        return null;
    }

    private void Show(Certificate certificate)
    {
        output.WriteLine($"{Indent}Type: {certificate.Type} {(certificate.Kind == CertificateKind.Host ? "host" : "user")} certificate");
        output.WriteLine($"{Indent}Public key: {certificate.ShortType} {certificate.FingerprintBy(settings.Hash)}");
        output.WriteLine($"{Indent}Signing CA: {certificate.SignatureKey.ShortType} {certificate.SignatureKey.FingerprintBy(settings.Hash)} (using {certificate.SignatureAlgorithm})");
        output.WriteLine($"{Indent}Key ID: \"{Printable.Escape(certificate.KeyId)}\"");
        output.WriteLine($"{Indent}Serial: {certificate.Serial}");
        output.WriteLine($"{Indent}Valid: {new ValidityInterval(certificate.ValidAfter, certificate.ValidBefore)}");
        ShowList("Principals", [.. certificate.Principals.Select(Printable.Escape)]);
        ShowList("Critical Options", [.. certificate.CriticalOptions.Select(option => Shown(option, isCritical: true))]);
        ShowList("Extensions", [.. certificate.Extensions.Select(option => Shown(option, isCritical: false))]);
    }

    private void ShowList(string title, IReadOnlyList<string> items)
    {
        output.WriteLine($"{Indent}{title}: {(items.Count == 0 ? "(none)" : "")}");
        foreach (string item in items) output.WriteLine($"{Indent}{Indent}{item}");
    }

    private static string Shown(CertificateOption option, bool isCritical)
    {
        string name = Printable.Escape(option.Name);
        bool isText = isCritical && option.Name is "force-command" or "source-address";
        if (isText && option.TryReadText(out string text)) return $"{name} {Printable.Escape(text)}";
        if (option.Data.Length > 0) return $"{name} UNKNOWN OPTION: {Convert.ToHexStringLower(option.Data.Span)} (len {option.Data.Length})";
        bool isKnown = isCritical ? option.Name == "verify-required" : option.Name == "no-touch-required" || CertificateOption.UserPermissions.Any(known => known.Name == option.Name);
        return isKnown ? name : $"{name} UNKNOWN FLAG OPTION";
    }
}
