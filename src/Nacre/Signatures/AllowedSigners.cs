using System.Globalization;
using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Signatures;

/// <summary>Who may sign messages, with which keys, for what and when: a file as ssh-keygen -Y verify and git's gpg.ssh.allowedSignersFile have it (ssh-keygen(1), ALLOWED SIGNERS).</summary>
/// <remarks>
/// A line that is no good allows nobody anything, and does not keep the others from doing so. Times without a zone are of this machine's.
/// Whether a signature is its key's own is another question, which <see cref="SshSignature.Verify"/> answers.
/// </remarks>
public sealed class AllowedSigners
{
    /// <summary>Larger files are not looked at.</summary>
    public const int MaxLength = 1 << 24;

    /// <summary>What a certificate may say besides whom it is for: these limit logins, and touches and persons' presence the signatures of security keys, not whose a message is.</summary>
    private static readonly string[] KnownCriticalOptions = ["force-command", "source-address", "verify-required"];

    private readonly List<AllowedSigner> _lines = [];
    private readonly string _name;
    private readonly Action<string>? _report;

    private AllowedSigners(string name, Action<string>? report) => (_name, _report) = (name, report);

    /// <summary>Reads the contents of a file.</summary>
    /// <param name="contents">The bytes.</param>
    /// <param name="name">What reports call the file.</param>
    /// <param name="report">Hears why a line that may have been meant did not count, in OpenSSH's words; null where nobody wants to know.</param>
    /// <exception cref="KeyFormatException">The file is too large.</exception>
    public static AllowedSigners Parse(ReadOnlySpan<byte> contents, string name = "allowed_signers", Action<string>? report = null)
    {
        if (contents.Length > MaxLength) throw KeyFormatException.Damaged($"The list of allowed signers has more than {MaxLength} bytes.");
        var signers = new AllowedSigners(name, report);
        int number = 0;
        foreach (Range range in contents.Split((byte)'\n'))
        {
            number++;
            ReadOnlySpan<byte> line = contents[range];
            int zero = line.IndexOf((byte)0);
            if (AllowedSigner.Read(Encoding.UTF8.GetString(zero < 0 ? line : line[..zero]), number) is { } signer) signers._lines.Add(signer);
        }

        return signers;
    }

    /// <summary>Tells whether a principal may make a signature with its key, for its purpose.</summary>
    /// <param name="signature">The signature, whose own rightness is another question.</param>
    /// <param name="principal">Who is said to have signed, such as user@example.com.</param>
    /// <param name="time">The time at which it must have been allowed.</param>
    public bool Allows(SshSignature signature, string principal, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return _lines.Any(line => line.IsFor(principal) && Allows(line, signature, principal, time));
    }

    /// <summary>The names that a key stands for by the first line that has it: the patterns of that line, or the names in a certificate that it permits.</summary>
    /// <param name="key">The key or the certificate that signed.</param>
    /// <param name="time">The time at which it must have been allowed.</param>
    /// <returns>None where no line has the key.</returns>
    public IReadOnlyList<string> FindPrincipals(PublicKey key, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(key);
        foreach (AllowedSigner line in _lines)
        {
            if (!IsSound(line) || !IsOf(line, key)) continue;
            string[] principals = line.Options.IsCertAuthority ? NamesIn(line, (Certificate)key, time) : line.Principals!.Split(',');
            if (principals.Length == 0) Report(line, "no valid principals found");
            else if (IsIn(line, time)) return principals;
        }

        return [];
    }

    /// <summary>The lists of patterns, each as its line has it, that a principal matches.</summary>
    /// <param name="principal">The principal, such as user@example.com.</param>
    /// <exception cref="KeyFormatException">A line for the principal is no good.</exception>
    public IReadOnlyList<string> MatchPrincipals(string principal)
    {
        List<string> matches = [];
        foreach (AllowedSigner line in _lines)
        {
            if (!line.IsFor(principal)) continue;
            if (line.Fault is { } fault) throw KeyFormatException.Damaged($"{_name}:{line.Line}: {fault}");
            matches.Add(line.Principals!);
        }

        return matches;
    }

    private bool Allows(AllowedSigner line, SshSignature signature, string principal, DateTimeOffset time)
    {
        if (!IsSound(line)) return false;
        if (line.Options.Namespaces is { } namespaces && Wildcard.Judge(signature.Namespace, namespaces) <= 0)
        {
            return Report(line, $"key is not permitted for use in signature namespace \"{Printable.Escape(signature.Namespace)}\"");
        }

        if (!IsOf(line, signature.PublicKey)) return false;
        if (line.Options.IsCertAuthority && FaultOf((Certificate)signature.PublicKey, principal, time) is { } fault) return Report(line, $"certificate not authorized: {fault}");
        return IsIn(line, time);
    }

    private bool IsSound(AllowedSigner line) => line.Fault is not { } fault || Report(line, fault);

    /// <summary>True when a line has a key: the very key or certificate, or the authority of a certificate.</summary>
    private static bool IsOf(AllowedSigner line, PublicKey key) =>
        line.Options.IsCertAuthority ? key is Certificate certificate && certificate.SignatureKey.Equals(line.Key) : key.Equals(line.Key);

    private static string? FaultOf(Certificate certificate, string principal, DateTimeOffset time)
    {
        if (certificate.FaultAsUser(principal, time) is { } fault) return fault;

        // PROTOCOL.certkeys: "if an implementation does not recognise a option, then the validating party should refuse to accept the certificate."
        return certificate.CriticalOptions.All(option => KnownCriticalOptions.Contains(option.Name)) ? null : "Certificate contains unsupported critical options(s)";
    }

    private static string[] NamesIn(AllowedSigner line, Certificate certificate, DateTimeOffset time) =>
        [.. certificate.Principals.Where(name => line.IsFor(name) && FaultOf(certificate, name, time) is null && !name.Any(c => c == ',' || char.IsControl(c)))];

    private bool IsIn(AllowedSigner line, DateTimeOffset time)
    {
        long seconds = time.ToUnixTimeSeconds();
        if (seconds < line.Options.ValidAfter) return Report(line, $"key is not yet valid: verify time {Shown(seconds)} < valid-after {Shown(line.Options.ValidAfter.Value)}");
        if (seconds > line.Options.ValidBefore) return Report(line, $"key has expired: verify time {Shown(seconds)} > valid-before {Shown(line.Options.ValidBefore.Value)}");
        return true;
    }

    private bool Report(AllowedSigner line, string reason)
    {
        _report?.Invoke($"{_name}:{line.Line}: {reason}");
        return false;
    }

    private static string Shown(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToLocalTime().ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
