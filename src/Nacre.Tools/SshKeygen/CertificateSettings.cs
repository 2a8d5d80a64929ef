using System.Globalization;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.SshKeygen;

/// <summary>What the command line of ssh-keygen says of certificates to sign.</summary>
internal sealed class CertificateSettings
{
    private readonly List<char> _letters = [];
    private readonly List<string> _options = [];

    /// <summary>The file of the authority's key; null where nothing is to be signed.</summary>
    public string? Authority { get; private set; }

    /// <summary>What the authority calls the certificate.</summary>
    public string? KeyId { get; private set; }

    /// <summary>What -O said, each time.</summary>
    public IReadOnlyList<string> Options => _options;

    /// <summary>True where an agent has the authority's private key.</summary>
    public bool IsInAgent { get; private set; }

    /// <summary>The names, separated by commas; null for none.</summary>
    public string? Principals { get; private set; }

    public CertificateKind Kind { get; private set; } = CertificateKind.User;

    public ValidityInterval Validity { get; private set; } = ValidityInterval.Unlimited;

    public ulong Serial { get; private set; }

    /// <summary>True where each certificate is to get a number of its own, <see cref="Serial"/> and those after it.</summary>
    public bool IsNumberedOn { get; private set; }

    /// <summary>The flags that mean something for certificates, and in few other modes; -s is not one of them.</summary>
    public IReadOnlyList<char> Letters => _letters;

    public void Take(FlagUse use)
    {
        switch (use.Letter)
        {
            case 's': Authority = use.Value; return;
            case 'h': Kind = CertificateKind.Host; break;
            case 'I': KeyId = use.Value; break;
            case 'n': Principals = use.Value; break;
            case 'O': _options.Add(use.Value); break;
            case 'U': IsInAgent = true; break;
            case 'V': Validity = ValidityInterval.Parse(use.Value, DateTimeOffset.UtcNow); break;
            case 'z': TakeSerial(use.Value); break;
            default: return;
        }

        _letters.Add(use.Letter);
    }

    /// <summary>What the certificates are to say, with the first number.</summary>
    /// <exception cref="FatalException">Something is missing, or cannot be in a certificate.</exception>
    public CertificateTerms ToTerms()
    {
        string keyId = KeyId ?? throw new FatalException("Must specify key id (-I) when certifying");
        var options = new CertificateOptionReader(Kind);
        foreach (string option in _options) options.Take(option);
        string[] principals = Principals?.Split(',') ?? [];
        if (principals.Contains("")) throw new FatalException("Empty principal name");
        if (principals.Length > Certificate.MaxPrincipals) throw new FatalException("Too many certificate principals specified");
        return new CertificateTerms
        {
            Kind = Kind,
            KeyId = keyId,
            Principals = principals,
            Serial = Serial,
            ValidAfter = Validity.After,
            ValidBefore = Validity.Before,
            CriticalOptions = options.CriticalOptions,
            Extensions = options.Extensions,
        };
    }

    private void TakeSerial(string value)
    {
        IsNumberedOn = value.StartsWith('+');
        string digits = IsNumberedOn ? value[1..] : value;
        Serial = ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong serial) ? serial : throw new FatalException($"Invalid serial number \"{Printable.Escape(digits)}\"");
    }
}
