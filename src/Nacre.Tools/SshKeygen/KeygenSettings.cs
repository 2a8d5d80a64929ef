using System.Globalization;
using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Tools.SshKeygen;

/// <summary>The command line of ssh-keygen, read and checked.</summary>
internal sealed class KeygenSettings
{
    public KeygenMode Mode { get; private set; }

    public string? Type { get; private set; }

    /// <summary>The type as it was written; it may be the name of a signature's algorithm.</summary>
    public string? TypeName { get; private set; }

    /// <summary>The size asked for; zero for that of the type.</summary>
    public int Bits { get; private set; }

    public string? File { get; private set; }

    public string? Comment { get; private set; }

    public byte[]? Passphrase { get; private set; }

    public byte[]? NewPassphrase { get; private set; }

    public int Rounds { get; private set; } = OpenSshPrivateKey.DefaultRounds;

    public string Cipher { get; private set; } = KeyFileCipher.Default;

    /// <summary>The form of the private key files to write.</summary>
    public PrivateKeyFormat Format { get; private set; }

    public FingerprintHash Hash { get; private set; } = FingerprintHash.Sha256;

    public bool IsQuiet { get; private set; }

    public bool IsVerbose { get; private set; }

    public CertificateSettings Certificate { get; } = new();

    public static KeygenSettings Parse(string[] args)
    {
        var settings = new KeygenSettings();
        var reader = new FlagReader(SshKeygenApplet.Flags, args);
        var modes = new HashSet<KeygenMode>();
        while (reader.TryRead(out FlagUse use)) settings.Take(use, modes);
        settings.Certificate.Files = [.. reader.Rest];
        if (settings.Certificate.Authority is not null)
        {
            settings.Mode = KeygenMode.Certify;
            return settings.Certificate.Files.Count > 0 ? settings : throw new UsageException("Too few arguments.");
        }

        if (settings.Certificate.FirstFlag is char flag) throw new UsageException($"-{flag} says something of certificates to sign, and without -s there are none.");
        if (reader.Rest.Any()) throw new UsageException("Too many arguments.");
        if (modes.Contains(KeygenMode.ChangePassphrase) && modes.Contains(KeygenMode.ChangeComment)) throw new UsageException("Can only have one of -p and -c.");

        // Where several are given OpenSSH does the first of these and does not mention the others.
        foreach (KeygenMode mode in (KeygenMode[])[KeygenMode.ListCertificates, KeygenMode.Babble, KeygenMode.Fingerprint, KeygenMode.ChangePassphrase, KeygenMode.ChangeComment, KeygenMode.PrintPublic, KeygenMode.HostKeys])
        {
            if (!modes.Contains(mode)) continue;
            settings.Mode = mode;
            break;
        }

        return settings;
    }

    private void Take(FlagUse use, HashSet<KeygenMode> modes)
    {
        switch (use.Letter)
        {
            case 'A': modes.Add(KeygenMode.HostKeys); break;
            case 'B': modes.Add(KeygenMode.Babble); break;
            case 'c': modes.Add(KeygenMode.ChangeComment); break;
            case 'L': modes.Add(KeygenMode.ListCertificates); break;
            case 'l': modes.Add(KeygenMode.Fingerprint); break;
            case 'p': modes.Add(KeygenMode.ChangePassphrase); break;
            case 'y': modes.Add(KeygenMode.PrintPublic); break;
            case 'q': IsQuiet = true; break;
            case 'v': IsVerbose = true; break;
            case 'C': Comment = use.Value; break;
            case 'f': File = use.Value; break;
            case 'N': NewPassphrase = Encoding.UTF8.GetBytes(use.Value); break;
            case 'P': Passphrase = Encoding.UTF8.GetBytes(use.Value); break;
            case 't': TakeType(use.Value); break;
            case 'a': Rounds = (int)Number(use.Value, 1, OpenSshPrivateKey.MaxRounds, reason => $"Invalid number: {use.Value} ({reason})"); break;
            case 'b': Bits = (int)Math.Min(int.MaxValue, Number(use.Value, 1, uint.MaxValue, reason => $"Bits has bad value {use.Value} ({reason})")); break;
            case 'Z': Cipher = IsCipher(use.Value) ? use.Value : throw new FatalException($"Invalid OpenSSH-format cipher '{use.Value}'"); break;
            case 'm':
                Format = use.Value.ToLowerInvariant() switch
                {
                    "rfc4716" or "ssh2" => PrivateKeyFormat.OpenSsh,
                    "pem" => PrivateKeyFormat.Pem,
                    "pkcs8" => PrivateKeyFormat.Pkcs8,
                    _ => throw new FatalException($"Unsupported conversion format \"{use.Value}\""),
                };
                break;
            case 'E':
                Hash = use.Value.ToLowerInvariant() switch
                {
                    "sha256" => FingerprintHash.Sha256,
                    "md5" => FingerprintHash.Md5,
                    _ => throw new FatalException($"Invalid hash algorithm \"{use.Value}\""),
                };
                break;
            default: Certificate.Take(use); break;
        }
    }

    private static bool IsCipher(string name) => name != KeyFileCipher.None && KeyFileCipher.Find(name) is not null;

    private static long Number(string text, long least, long most, Func<string, string> message)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)) throw new FatalException(message("invalid"));
        if (value < least) throw new FatalException(message("too small"));
        return value <= most ? value : throw new FatalException(message("too large"));
    }

    /// <summary>Takes a type in any of its names: ed25519, or one that its keys or their signatures have in the protocol.</summary>
    private void TakeType(string name) => (TypeName, Type, Bits) = name switch
    {
        "ssh-ed25519" => (name, "ed25519", Bits),
        "ssh-rsa" or "rsa-sha2-256" or "rsa-sha2-512" => (name, "rsa", Bits),
        "ecdsa-sha2-nistp256" => (name, "ecdsa", 256),
        "ecdsa-sha2-nistp384" => (name, "ecdsa", 384),
        "ecdsa-sha2-nistp521" => (name, "ecdsa", 521),
        _ => (name, name, Bits),
    };
}
