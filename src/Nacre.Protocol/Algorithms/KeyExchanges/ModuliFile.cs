using System.Globalization;
using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.KeyExchanges;

/// <summary>The groups of a moduli(5) file as a source for group exchange; picks among those of the best size by chance.</summary>
internal sealed class ModuliFile : IModulusSource
{
    // moduli(5): the type of a safe prime, and the flag of a modulus that a test found to be composite.
    private const int SafePrimeType = 2;
    private const int CompositeFlag = 1;
    private const int Fields = 7;

    private readonly List<FiniteFieldGroup> _groups;
    private readonly IRandomSource _random;

    private ModuliFile(List<FiniteFieldGroup> groups, IRandomSource random) => (_groups, _random) = (groups, random);

    public int Count => _groups.Count;

    /// <summary>Reads the text of a file. Lines that are no safe prime of a size that we use, tested and not found composite, are passed over.</summary>
    public static ModuliFile Parse(string text, IRandomSource random)
    {
        var groups = new List<FiniteFieldGroup>();
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (TryParse(line.Trim(), out FiniteFieldGroup? group)) groups.Add(group!);
        }

        return new ModuliFile(groups, random);
    }

    public (byte[] Prime, byte[] Generator) Choose(int min, int preferred, int max)
    {
        var fitting = _groups.FindAll(group => group.Bits >= min && group.Bits <= max);
        if (fitting.Count == 0) return RfcModuli.Instance.Choose(min, preferred, max);
        int best = fitting.TrueForAll(group => group.Bits < preferred)
            ? fitting.Max(group => group.Bits)
            : fitting.Where(group => group.Bits >= preferred).Min(group => group.Bits);
        fitting.RemoveAll(group => group.Bits != best);
        FiniteFieldGroup chosen = fitting[Below(fitting.Count)];
        return (chosen.Prime.ToArray(), chosen.Generator.ToArray());
    }

    private static bool TryParse(ReadOnlySpan<char> line, out FiniteFieldGroup? group)
    {
        group = null;
        if (line.IsEmpty || line[0] == '#') return false;
        // Timestamp, type, tests, tries, size, generator, modulus.
        string[] fields = line.ToString().Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != Fields
            || !TryNumber(fields[1], out int type) || type != SafePrimeType
            || !TryNumber(fields[2], out int tests) || (tests & CompositeFlag) != 0 || tests == 0
            || !TryNumber(fields[4], out int size) || size + 1 < GroupExchange.MinBits || size + 1 > GroupExchange.MaxBits
            || !TryHex(fields[5], out byte[] generator) || !TryHex(fields[6], out byte[] prime)) return false;
        group = new FiniteFieldGroup(prime, generator);

        // moduli(5): the size is "the number of the most significant bit, starting at 0".
        return group.Bits == size + 1 && (prime[^1] & 1) == 1 && !group.Generator.IsEmpty && group.Generator.Span is not [1];
    }

    private static bool TryNumber(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryHex(string text, out byte[] bytes)
    {
        bytes = new byte[(text.Length + 1) / 2];
        return Convert.FromHexString(text.Length % 2 == 0 ? text : "0" + text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    private int Below(int count)
    {
        Span<byte> bytes = stackalloc byte[8];
        _random.Fill(bytes);
        return (int)(BitConverter.ToUInt64(bytes) % (ulong)count);
    }
}
