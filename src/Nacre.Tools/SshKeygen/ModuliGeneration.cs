using System.Globalization;
using Nacre.Crypto;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.SshKeygen;

/// <summary>Writes candidates for the primes of group exchange: numbers that a sieve leaves, which screening is to test.</summary>
internal sealed class ModuliGeneration(KeygenTask task)
{
    private const int DefaultBits = 3072;
    private const int MinBits = 512;
    private const int MaxBits = 65536;
    private const int MinMegabytes = 8;
    private const int MaxMegabytes = 127;

    private int _bits = DefaultBits;
    private int _megabytes;
    private byte[]? _start;

    public int Run()
    {
        string path = ModuliScreening.OutputOf(task.Settings);
        foreach (string option in task.Settings.Certificate.Options) Take(option);
        if (_megabytes is > 0 and < MinMegabytes or > MaxMegabytes) throw new FatalException($"Invalid memory amount (min {MinMegabytes}, max {MaxMegabytes})");
        if (_bits > MaxBits) throw new FatalException($"Too many bits: {_bits} > {MaxBits}");
        if (_bits < MinBits) throw new FatalException($"Too few bits: {_bits} < {MinBits}");

        // The sieve looks for q; the prime of the group, 2q + 1, has one bit more.
        int size = _bits - 1;
        byte[] start = Start(size);
        try
        {
            using var output = new StreamWriter(path);
            Write(output, start, size);
            return 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Couldn't open modulus candidate file \"{path}\": {LocalFault.Describe(failure, path)}");
        }
    }

    private void Take(string option)
    {
        (string name, string value) = ModuliScreening.Split(option);
        switch (name)
        {
            case "bits": _bits = (int)KeygenSettings.Number(value, 1, int.MaxValue, reason => $"Invalid number: {value} ({reason})"); break;
            case "memory": _megabytes = (int)Math.Min(int.MaxValue, KeygenSettings.Number(value, 1, uint.MaxValue, reason => $"Memory limit is {reason}: {value}")); break;
            case "start":
                string digits = value.Length % 2 == 0 ? value : "0" + value;
                _start = new byte[digits.Length / 2];
                if (digits.Length == 0 || Convert.FromHexString(digits, _start, out _, out _) != System.Buffers.OperationStatus.Done) throw new FatalException("Invalid start point.");
                break;
            default: throw new FatalException($"Option \"{option}\" is unsupported for moduli generation");
        }
    }

    private byte[] Start(int size)
    {
        if (_start is null)
        {
            byte[] chosen = SystemRandom.Instance.Bytes((size + 7) / 8);
            chosen[0] &= (byte)(0xff >> ((8 - (size % 8)) % 8));

            // Two bits at the top, so that the search does not run into a number of one bit more.
            SetBit(chosen, size - 1);
            SetBit(chosen, size - 2);
            SetBit(chosen, 0);
            return chosen;
        }

        int bits = new ModuliLine(0, 0, 0, 0, 0, [.. _start.AsSpan().TrimStart((byte)0)]).Bits;
        if (bits != size) throw new FatalException($"Invalid start point: for primes of {_bits} bits it has {size} bits, not {bits}.");
        SetBit(_start, 0);
        return _start;
    }

    private static void SetBit(byte[] number, int bit) => number[^((bit / 8) + 1)] |= (byte)(1 << (bit % 8));

    /// <summary>As many odd numbers as hold some safe primes: their share is about one in the square of their bits.</summary>
    private int LengthFor(int size) => _megabytes > 0 ? _megabytes << 23 : (int)Math.Min(SafePrimeSieve.MaxLength, 8L * size * size);

    /// <summary>Up to where a small prime costs less than the tests that it spares: larger numbers take longer to test, and there are more of them.</summary>
    private static uint LimitFor(int size) => (uint)Math.Min(uint.MaxValue, Math.Pow(size, 4) / 5000);

    private void Write(TextWriter output, byte[] start, int size)
    {
        using var sieve = new SafePrimeSieve(start, LengthFor(size));
        DateTimeOffset began = DateTimeOffset.Now;
        task.Say($"{ModuliScreening.Shown(began)} Sieve next {2L * sieve.Length} plus {size}-bit");
        task.Debug(2, $"start point: 0x{Convert.ToHexString(start)}");
        long primes = sieve.Sieve(LimitFor(size));
        DateTimeOffset sieved = DateTimeOffset.Now;
        task.Say(string.Create(CultureInfo.InvariantCulture, $"{ModuliScreening.Shown(sieved)} Sieved with {primes} small primes in {(long)(sieved - began).TotalSeconds} seconds"));
        int count = 0;
        for (int i = 0; i < sieve.Length; i++)
        {
            if (!sieve.IsCandidate(i)) continue;
            count++;
            output.WriteLine(new ModuliLine(ModuliLine.SophieGermain, ModuliLine.Sieved, primes, size - 1, 0, sieve.NumberAt(i)).At(DateTimeOffset.Now));
        }

        task.Say($"{ModuliScreening.Shown(DateTimeOffset.Now)} Found {count} candidates");
    }
}
