using System.Globalization;
using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Certificates;

/// <summary>What an authority has to remember from one run to the next, and its form as text: a word, numbers and a public key on each line.</summary>
internal sealed class AuthorityMemory
{
    private const string Head = "nacre authority 1";

    /// <summary>In the order in which they sign.</summary>
    public List<AuthorityKey> Keys { get; } = [];

    public List<RevokedCertificate> Certificates { get; } = [];

    public HashSet<PublicKey> RevokedKeys { get; } = [];

    /// <exception cref="FormatException">The text is none that <see cref="ToString"/> made.</exception>
    public static AuthorityMemory Parse(string text, IReadOnlyCollection<ISigner> signers)
    {
        var memory = new AuthorityMemory();
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines is not [Head, ..]) throw new FormatException($"What the authority remembers does not begin with \"{Head}\".");
        for (int i = 1; i < lines.Length; i++)
        {
            if (!memory.TryTake(lines[i].Split(' '), signers)) throw new FormatException($"Line {i + 1} of what the authority remembers is damaged.");
        }

        return memory.Keys.Count > 0 ? memory : throw new FormatException("What the authority remembers has no key in it.");
    }

    /// <summary>Forgets what no longer matters: keys and certificates that have had their time.</summary>
    public void Prune(DateTimeOffset now, TimeSpan clockSkew)
    {
        Keys.RemoveAll(key => key.TrustedUntil <= now);
        long expired = (now - clockSkew).ToUnixTimeSeconds();
        Certificates.RemoveAll(certificate => expired >= 0 && certificate.ValidBefore <= (ulong)expired);
    }

    public override string ToString()
    {
        var text = new StringBuilder(Head).Append('\n');
        foreach (AuthorityKey key in Keys) Line($"key {key.SignsFrom.ToUnixTimeSeconds()} {key.TrustedUntil?.ToUnixTimeSeconds() ?? 0} {key.PublicKey}");
        foreach (RevokedCertificate certificate in Certificates) Line($"certificate {certificate.ValidBefore} {certificate.Serial} {certificate.Authority}");
        foreach (PublicKey key in RevokedKeys) Line($"revoked {key}");
        return text.ToString();

        void Line(FormattableString line) => text.Append(FormattableString.Invariant(line)).Append('\n');
    }

    private bool TryTake(string[] words, IReadOnlyCollection<ISigner> signers)
    {
        if (words.Length < 3 || !PublicKeyLine.TryParse($"{words[^2]} {words[^1]}", out PublicKeyLine? read)) return false;
        switch (words)
        {
            case ["key", var from, var until, _, _] when TryReadTime(from, out DateTimeOffset signsFrom) && TryReadTime(until, out DateTimeOffset trustedUntil):
                ISigner? signer = signers.FirstOrDefault(each => each.PublicKey.Equals(read.Key));
                Keys.Add(new AuthorityKey(read.Key, signer, signsFrom, until == "0" ? null : trustedUntil));
                return true;
            case ["certificate", var validBefore, var number, _, _] when TryRead(validBefore, out ulong before) && TryRead(number, out ulong serial) && serial != 0:
                Certificates.Add(new RevokedCertificate(read.Key, serial, before));
                return true;
            case ["revoked", _, _]:
                RevokedKeys.Add(read.Key);
                return true;
            default:
                return false;
        }
    }

    private static bool TryReadTime(string text, out DateTimeOffset time)
    {
        bool isTime = TryRead(text, out ulong seconds) && seconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        time = isTime ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : default;
        return isTime;
    }

    private static bool TryRead(string text, out ulong number) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
