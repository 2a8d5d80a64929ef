using System.Globalization;
using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tools.SecurityKeys;
using Nacre.Unix;

namespace Nacre.Tools.SshKeygen;

/// <summary>The command line of ssh-keygen, read and checked.</summary>
internal sealed class KeygenSettings
{
    /// <summary>The types of key that a security key makes.</summary>
    public const string EcdsaSecurityKey = "ecdsa-sk", Ed25519SecurityKey = "ed25519-sk";

    private readonly HashSet<char> _letters = [];

    private string? _provider;

    public KeygenMode Mode { get; private set; } = KeygenMode.Generate;

    public string? Type { get; private set; }

    /// <summary>The type as it was written; it may be the name of a signature's algorithm.</summary>
    public string? TypeName { get; private set; }

    /// <summary>The size asked for; zero for that of the type.</summary>
    public int Bits { get; private set; }

    public string? File { get; private set; }

    /// <summary>The host of -F, -R or -r, or with -Y the file of revoked keys that -r names.</summary>
    public string? Host { get; private set; }

    /// <summary>The PKCS#11 library of -D.</summary>
    public string? TokenLibrary { get; private set; }

    /// <summary>What -M is to do: generate or screen.</summary>
    public string? Moduli { get; private set; }

    public string? Comment { get; private set; }

    public byte[]? Passphrase { get; private set; }

    public byte[]? NewPassphrase { get; private set; }

    public int Rounds { get; private set; } = OpenSshPrivateKey.DefaultRounds;

    public string Cipher { get; private set; } = KeyFileCipher.Default;

    /// <summary>The form of the private key files to write.</summary>
    public PrivateKeyFormat Format { get; private set; }

    public FingerprintHash Hash { get; private set; } = FingerprintHash.Sha256;

    public bool IsQuiet => Has('q');

    public bool IsVerbose => Verbosity > 0;

    /// <summary>How often -v was given.</summary>
    public int Verbosity { get; private set; }

    /// <summary>What -Y asks for.</summary>
    public string? Operation { get; private set; }

    /// <summary>True where a security key is to make the key.</summary>
    public bool IsForSecurityKey => Type is EcdsaSecurityKey or Ed25519SecurityKey;

    /// <summary>Security keys, by the library of -w or else of the environment; without one they answer that there is none.</summary>
    public ISecurityKeyDevice SecurityKeys => new SecurityKeyProcess(_provider ?? SecurityKeyProcess.ProviderOfEnvironment ?? SecurityKeyProcess.NoProvider);

    public CertificateSettings Certificate { get; } = new();

    /// <summary>The words after the flags.</summary>
    public IReadOnlyList<string> Files { get; private set; } = [];

    public static KeygenSettings Parse(string[] args)
    {
        var settings = new KeygenSettings();
        var reader = new FlagReader(SshKeygenApplet.Flags, args);
        while (reader.TryRead(out FlagUse use)) settings.Take(use, args);
        settings.Files = [.. reader.Rest];
        KeygenMode mode = settings.Mode = KeygenMode.All.FirstOrDefault(each => settings.Has(each.Letter)) ?? KeygenMode.Generate;
        if (mode == KeygenMode.Generate && settings.Certificate.Letters.FirstOrDefault(letter => letter != 'O' || !settings.IsForSecurityKey) is not '\0' and char flag)
        {
            // Elsewhere they are ignored, as OpenSSH does; here a key would be made that nobody has asked for.
            throw new UsageException($"-{flag} says something of certificates to sign, and without -s there are none.");
        }

        if (mode.Letter == 's' && settings.Files.Count == 0) throw new UsageException("Too few arguments.");
        if (settings.Files.Count > 0 && !mode.TakesFiles) throw new UsageException("Too many arguments.");
        if (settings.Has('p') && settings.Has('c')) throw new UsageException("Can only have one of -p and -c.");
        if (settings.Has('l') && (settings.Has('R') || settings.Has('H'))) throw new UsageException("Cannot use -l with -H or -R.");
        return settings;
    }

    /// <summary>Tells whether a flag was given.</summary>
    public bool Has(char letter) => _letters.Contains(letter);

    private void Take(FlagUse use, string[] args)
    {
        _letters.Add(use.Letter);
        switch (use.Letter)
        {
            case 'C': Comment = use.Value; break;
            case 'D': TokenLibrary = use.Value; break;
            case 'f': File = use.Value; break;
            case 'F' or 'R' or 'r': Host = use.Value; break;
            case 'v': Verbosity++; break;
            case 'M': Moduli = use.Value is "generate" or "screen" ? use.Value : throw new FatalException($"Unsupported moduli option {use.Value}"); break;
            case 'X': _letters.Add('i'); break;
            case 'Y': Operation = use.Value; break;
            case 'N': NewPassphrase = BytesOf(use, args); break;
            case 'P': Passphrase = BytesOf(use, args); break;
            case 'w': _provider = use.Value; break;
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
            case 'E': Hash = KeyFingerprint.TryFind(use.Value, out FingerprintHash? hash) ? hash.Value : throw new FatalException($"Invalid hash algorithm \"{use.Value}\""); break;
            default: Certificate.Take(use); break;
        }
    }

    /// <summary>A value as it was given, which need not be text.</summary>
    private static byte[] BytesOf(FlagUse use, string[] args)
    {
        string word = args[use.Argument];
        bool isText = !use.Value.Contains('\uFFFD', StringComparison.Ordinal);
        CStrings? given = isText ? null : CStrings.OwnArguments(args.Length);
        if (given is null || Encoding.UTF8.GetString(given[use.Argument]) != word) return Encoding.UTF8.GetBytes(use.Value);
        return given[use.Argument][(word.Length - use.Value.Length)..].ToArray();
    }

    private static bool IsCipher(string name) => name != KeyFileCipher.None && KeyFileCipher.Find(name) is not null;

    /// <summary>Reads a number within limits, or says what is wrong with it in the words of strtonum(3).</summary>
    public static long Number(string text, long least, long most, Func<string, string> message)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)) throw new FatalException(message("invalid"));
        if (value < least) throw new FatalException(message("too small"));
        return value <= most ? value : throw new FatalException(message("too large"));
    }

    /// <summary>Takes a type in any of its names: ed25519, or one that its keys or their signatures have in the protocol.</summary>
    private void TakeType(string name) => (TypeName, Type, Bits) = name.ToLowerInvariant() switch
    {
        "ssh-ed25519" => (name, "ed25519", Bits),
        "ssh-rsa" or "rsa-sha2-256" or "rsa-sha2-512" => (name, "rsa", Bits),
        KeyAlgorithm.SkEd25519 => (name, Ed25519SecurityKey, Bits),
        KeyAlgorithm.SkEcdsaP256 => (name, EcdsaSecurityKey, Bits),
        "ecdsa-sha2-nistp256" => (name, "ecdsa", 256),
        "ecdsa-sha2-nistp384" => (name, "ecdsa", 384),
        "ecdsa-sha2-nistp521" => (name, "ecdsa", 521),
        string type => (name, type, Bits),
    };
}
