using System.Globalization;
using System.Text;
using Nacre.Crypto;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.SshKeygen;

/// <summary>Tests candidates for the primes of group exchange, and adds those that are safe primes with a generator to a file of moduli(5).</summary>
internal sealed class ModuliScreening(KeygenTask task)
{
    private const int DefaultTests = 100;
    private const int MinTests = 4;
    private const int MinSize = 511;

    /// <summary>Room for the largest number and what stands before it.</summary>
    private const int MaxLine = (2 * 65536 / 8) + 100;

    private long _lines = long.MaxValue;
    private long _startLine;
    private string? _checkpoint;
    private uint _generator;
    private int _tests = DefaultTests;
    private int _possible;
    private int _safe;

    public static string OutputOf(KeygenSettings settings) => settings.Files switch
    {
        [] => throw new FatalException("No output file specified"),
        [string one] => one,
        _ => throw new FatalException("Too many output files specified"),
    };

    /// <summary>An option's name and what stands behind the equals sign.</summary>
    public static (string Name, string Value) Split(string option)
    {
        int equals = option.IndexOf('=');
        return equals < 0 ? (option, "") : (option[..equals], option[(equals + 1)..]);
    }

    /// <summary>A time as ctime(3) writes it.</summary>
    public static string Shown(DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.LocalDateTime:ddd MMM} {time.LocalDateTime.Day,2} {time.LocalDateTime:HH:mm:ss yyyy}");

    public int Run()
    {
        string path = OutputOf(task.Settings);
        foreach (string option in task.Settings.Certificate.Options) Take(option);
        if (_tests < MinTests) throw new FatalException($"Minimum primality trials is {MinTests}");
        using Stream input = OpenInput();
        try
        {
            if (path == "-")
            {
                Screen(input, task.Output);
                return 0;
            }

            using var output = new StreamWriter(path, append: true) { AutoFlush = true };
            Screen(input, output);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Couldn't open moduli file \"{path}\": {LocalFault.Describe(failure, path)}");
        }

        return 0;
    }

    private void Take(string option)
    {
        (string name, string value) = Split(option);
        switch (name)
        {
            case "lines": _lines = KeygenSettings.Number(value, 1, uint.MaxValue, reason => $"Invalid number: {value} ({reason})"); break;
            case "start-line": _startLine = KeygenSettings.Number(value, 0, uint.MaxValue, reason => $"Invalid number: {value} ({reason})"); break;
            case "checkpoint": _checkpoint = value; break;
            case "generator": _generator = (uint)KeygenSettings.Number(value, 1, uint.MaxValue, reason => $"Generator invalid: {value} ({reason})"); break;
            case "prime-tests": _tests = (int)KeygenSettings.Number(value, 1, int.MaxValue, reason => $"Invalid number: {value} ({reason})"); break;
            default: throw new FatalException($"Option \"{option}\" is unsupported for moduli screening");
        }
    }

    private Stream OpenInput()
    {
        if (task.Settings.File is not string path || path == "-") return task.Answers.Input;
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Couldn't open modulus candidate file \"{path}\": {LocalFault.Describe(failure, path)}");
        }
    }

    private void Screen(Stream input, TextWriter output)
    {
        DateTimeOffset began = DateTimeOffset.Now;
        long first = Math.Max(_startLine, ReadCheckpoint());
        long number = 0;
        foreach (string line in Lines(input))
        {
            number++;
            if (number <= first) continue;
            if (number - first > _lines) break;
            if (Test(line, number) is ModuliLine safe)
            {
                _safe++;
                output.WriteLine(safe.At(DateTimeOffset.Now));
            }

            WriteCheckpoint(number);
        }

        if (_checkpoint is not null) File.Delete(_checkpoint);
        DateTimeOffset ended = DateTimeOffset.Now;
        task.Say(string.Create(CultureInfo.InvariantCulture, $"{Shown(ended)} Found {_safe} safe primes of {_possible} candidates in {(long)(ended - began).TotalSeconds} seconds"));
    }

    /// <summary>The line of a safe prime; null for what is none, or has no generator that is wanted.</summary>
    private ModuliLine? Test(string text, long number)
    {
        if (!ModuliLine.TryParse(text, out ModuliLine? line)) return Passed(number, "comment or short line");
        if ((line.Tests & ModuliLine.Composite) != 0) return Passed(number, "known composite");
        if (line.Type == ModuliLine.SophieGermain) line = line with { Type = ModuliLine.SafePrime, Number = TwiceAndOne(line.Number), Size = line.Size + 1, Generator = 0 };
        if (line.Bits != line.Size + 1) return Passed(number, $"bit size {line.Size} mismatch");
        if (line.Size < MinSize) return Passed(number, $"bit size {line.Size} too short");
        uint generator = line.Generator == 0 ? GeneratorOf(line.Number) : line.Generator;
        if (_generator > 0 && _generator != generator) return Passed(number, $"generator {generator} != {_generator}");
        if (generator == 0) return Passed(number, "no known generator");
        _possible++;
        if (!Primality.IsSafePrime(line.Number, _tests))
        {
            task.Debug(1, $"{number,10}: p or q is not prime");
            return null;
        }

        task.Debug(1, $"{number,10}: p and q are almost certainly prime");
        bool wasTested = (line.Tests & ModuliLine.MillerRabin) != 0;
        return line with { Type = ModuliLine.SafePrime, Tests = line.Tests | ModuliLine.MillerRabin, Tries = (wasTested ? line.Tries : 0) + _tests, Generator = generator };
    }

    private ModuliLine? Passed(long number, string reason)
    {
        task.Debug(2, $"{number,10}: {reason}");
        return null;
    }

    /// <summary>A small number that generates the subgroup of order q, by the quadratic residues.</summary>
    private static uint GeneratorOf(byte[] prime)
    {
        if (Remainder(prime, 24) == 11) return 2;
        if (Remainder(prime, 12) == 5) return 3;
        return Remainder(prime, 10) is 3 or 7 ? 5u : 0;
    }

    private static uint Remainder(byte[] number, uint divisor) => number.Aggregate(0u, (rest, digit) => ((rest << 8) | digit) % divisor);

    private static byte[] TwiceAndOne(byte[] number)
    {
        byte[] doubled = new byte[number.Length + 1];
        for (int i = 0; i < number.Length; i++)
        {
            doubled[i] |= (byte)(number[i] >> 7);
            doubled[i + 1] = (byte)(number[i] << 1);
        }

        doubled[^1] |= 1;
        return doubled[0] == 0 ? doubled[1..] : doubled;
    }

    private long ReadCheckpoint()
    {
        if (_checkpoint is null || !File.Exists(_checkpoint)) return 0;
        bool isNumber = long.TryParse(File.ReadAllText(_checkpoint), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long line);
        task.Say(isNumber ? $"Loaded checkpoint from '{_checkpoint}' line {line}" : $"Failed to load checkpoint from '{_checkpoint}'");
        return isNumber ? line : 0;
    }

    /// <summary>Says what has been done, so that whoever goes on after an end that was not planned neither repeats nor leaves out a line.</summary>
    private void WriteCheckpoint(long line)
    {
        if (_checkpoint is null) return;
        try
        {
            AtomicFile.Write(_checkpoint, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{line}\n")), mode: 0x180);
        }
        catch (UnixException failure)
        {
            task.Say($"failed to write to checkpoint file '{_checkpoint}': {UnixException.Describe(failure.Errno)}");
        }
    }

    /// <summary>The lines as they come; those that no modulus fills end the run, since what follows would be read as something else.</summary>
    private static IEnumerable<string> Lines(Stream input)
    {
        byte[] buffer = new byte[32 * 1024];
        var line = new StringBuilder();
        for (int count; (count = input.ReadAsync(buffer).AsTask().GetAwaiter().GetResult()) > 0;)
        {
            for (int start = 0; start < count;)
            {
                int end = buffer.AsSpan(start, count - start).IndexOf((byte)'\n');
                int length = end < 0 ? count - start : end;
                line.Append(Encoding.Latin1.GetString(buffer, start, length));
                if (line.Length > MaxLine) throw new FatalException($"A line has more than {MaxLine} characters; this is no file of candidates");
                start += length + 1;
                if (end < 0) break;
                yield return line.ToString();
                line.Clear();
            }
        }

        if (line.Length > 0) yield return line.ToString();
    }
}
