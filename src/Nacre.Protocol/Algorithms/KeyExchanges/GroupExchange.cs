using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Algorithms.KeyExchanges;

/// <summary>The sizes of group, in bits, that a client asks for (RFC 4419 3).</summary>
internal readonly record struct GroupSizes(int Min, int Preferred, int Max);

/// <summary>What diffie-hellman-group-exchange has more than a fixed group: the sizes asked for, and a group that may be anything (RFC 4419, RFC 8270).</summary>
internal static class GroupExchange
{
    /// <summary>RFC 8270 3: no group below 2048 bits.</summary>
    public const int MinBits = 2048;

    /// <summary>The largest group that anyone needs; larger ones only cost time.</summary>
    public const int MaxBits = 8192;

    /// <summary>What a client asks for; the strength of 3072 bits is that of a 128-bit key (RFC 3766), and longer keys get what group 16 has.</summary>
    public static GroupSizes Request(int cipherKeyBits) => new(MinBits, cipherKeyBits <= 128 ? 3072 : 4096, MaxBits);

    /// <summary>Server: what of a client's request can be met, or a violation when nothing can.</summary>
    public static GroupSizes Limit(uint min, uint preferred, uint max)
    {
        if (min > max || preferred < min || preferred > max || max < MinBits || min > MaxBits)
        {
            throw new SshViolationException(Violation.BadKeyExchangeValue, $"No group can have {min} to {max} bits, {preferred} preferred.");
        }

        return new GroupSizes((int)Math.Max(min, MinBits), (int)Math.Clamp(preferred, MinBits, MaxBits), (int)Math.Min(max, MaxBits));
    }

    /// <summary>
    /// Client: the method for the group that the server sent, when it is one to trust: of the size asked for, a safe prime, and a generator that is one
    /// (Logjam, A-48). A composite or unsafe modulus would let the server, or someone who made it choose, read the secret off.
    /// </summary>
    /// <remarks>The test of a stranger's prime takes from 0.1 s at 3072 bits to over 1 s at 8192; the published groups are known.</remarks>
    public static FiniteFieldMethod ForClient(ReadOnlySpan<byte> prime, ReadOnlySpan<byte> generator, GroupSizes sizes, IRandomSource random)
    {
        var group = new FiniteFieldGroup(prime.ToArray(), generator.ToArray());
        if (group.Bits < Math.Max(sizes.Min, MinBits) || group.Bits > Math.Min(sizes.Max, MaxBits))
        {
            throw Refused($"has {group.Bits} bits, which is not between {sizes.Min} and {sizes.Max}");
        }

        if (!IsPublished(group) && !Primality.IsSafePrime(group.Prime.Span)) throw Refused("is not a safe prime");
        using var field = new ModularExponent(group.Prime.Span);
        if (group.Generator.Length > field.Size || !field.IsInRange(group.Generator.Span)) throw Refused("has a generator that is none");
        return new FiniteFieldMethod(group, random);
    }

    /// <summary>Server: the method for a group of its own.</summary>
    public static FiniteFieldMethod ForServer(ReadOnlySpan<byte> prime, ReadOnlySpan<byte> generator, IRandomSource random) =>
        new(new FiniteFieldGroup(prime.ToArray(), generator.ToArray()), random);

    private static bool IsPublished(FiniteFieldGroup group)
    {
        foreach (FiniteFieldGroup published in RfcModuli.Groups)
        {
            if (published.Prime.Span.SequenceEqual(group.Prime.Span)) return true;
        }

        return false;
    }

    private static SshViolationException Refused(string why) => new(Violation.BadKeyExchangeValue, $"The group that the server sent {why}.");
}
