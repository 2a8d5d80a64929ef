using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Nacre.Tools.SshKeygen;

/// <summary>A line of a file of moduli(5), which candidates for group exchange are kept in, too.</summary>
/// <param name="Type">What kind of number it is.</param>
/// <param name="Tests">Which tests it has passed, as bits.</param>
/// <param name="Tries">How often the last of them was made; for candidates, with how many primes they were sieved.</param>
/// <param name="Size">The number of the most significant bit, from 0.</param>
/// <param name="Generator">A generator; zero where it is not known.</param>
/// <param name="Number">The number, unsigned and big-endian.</param>
internal sealed record ModuliLine(int Type, int Tests, long Tries, int Size, uint Generator, byte[] Number)
{
    public const int SafePrime = 2, SophieGermain = 4;
    public const int Composite = 1, Sieved = 2, MillerRabin = 4;

    private const int HighestType = 5;
    private const int TimeLength = 14;
    private const int Fields = 7;

    /// <summary>The bits that the number has.</summary>
    public int Bits => Number.Length == 0 ? 0 : (8 * Number.Length) - (BitOperations.LeadingZeroCount((uint)Number[0]) - 24);

    public static bool TryParse(string line, [NotNullWhen(true)] out ModuliLine? read)
    {
        read = null;
        string[] fields = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != Fields || fields[0].Length != TimeLength || line[0] is '!' or '#'
            || !TryNumber(fields[1], NumberStyles.None, HighestType, out long type) || !TryNumber(fields[2], NumberStyles.None, byte.MaxValue, out long tests)
            || !TryNumber(fields[3], NumberStyles.None, uint.MaxValue, out long tries) || !TryNumber(fields[4], NumberStyles.None, ushort.MaxValue, out long size)
            || !TryNumber(fields[5], NumberStyles.AllowHexSpecifier, uint.MaxValue, out long generator)) return false;
        string digits = fields[6].TrimStart('0');
        byte[] number = new byte[(digits.Length + 1) / 2];
        if (Convert.FromHexString(digits.Length % 2 == 0 ? digits : "0" + digits, number, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        read = new ModuliLine((int)type, (int)tests, tries, (int)size, (uint)generator, number);
        return true;
    }

    /// <summary>The line, without an end.</summary>
    public string At(DateTimeOffset time)
    {
        string hex = Convert.ToHexString(Number).TrimStart('0');
        return string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyyMMddHHmmss} {Type} {Tests} {Tries} {Size} {Generator:x} {hex}");
    }

    private static bool TryNumber(string text, NumberStyles style, long most, out long number) =>
        long.TryParse(text, style, CultureInfo.InvariantCulture, out number) && number >= 0 && number <= most;
}
