using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Nacre.Fuzz;

/// <summary>Chooses targets, gives each its time, and reports what was found.</summary>
internal static class Program
{
    private const int DefaultSeconds = 30;
    private static readonly string FindingsDirectory = Path.Join("artifacts", "fuzz");

    private static int Main(string[] args)
    {
        string name = args.Length > 0 ? args[0] : "all";
        if (name is "list" or "help" or "--help" or "-h")
        {
            Console.WriteLine("usage: fuzz [TARGET|all|list] [SECONDS] | fuzz TARGET FILE");
            Console.WriteLine(string.Join(Environment.NewLine, Targets.All.Select(each => "  " + each.Name)));
            return 0;
        }

        FuzzTarget[] chosen = [.. Targets.All.Where(each => name == "all" || each.Name == name)];
        if (chosen.Length == 0)
        {
            Console.Error.WriteLine($"fuzz: there is no target {name}; 'fuzz list' names them");
            return 2;
        }

        if (args.Length > 1 && File.Exists(args[1]))
        {
            return Replay(chosen[0], args[1]);
        }

        int seconds = DefaultSeconds;
        if (args.Length > 1 && (!int.TryParse(args[1], CultureInfo.InvariantCulture, out seconds) || seconds < 1))
        {
            Console.Error.WriteLine($"fuzz: '{args[1]}' is neither a file nor a number of seconds");
            return 2;
        }

        return chosen.Count(target => !RunOne(target, TimeSpan.FromSeconds(seconds))) == 0 ? 0 : 1;
    }

    private static bool RunOne(FuzzTarget target, TimeSpan duration)
    {
        ulong seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        var fuzzer = new Fuzzer(target, seed);
        using var watchdog = new Timer(_ => EndIfHung(target, fuzzer), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        long begin = Stopwatch.GetTimestamp();
        Finding? finding = fuzzer.Run(duration);
        double elapsed = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(finding is null ? "ok   " : "FOUND")} {target.Name}: {fuzzer.Inputs} inputs, {fuzzer.Inputs / elapsed:F0}/s, seed {seed}"));
        if (finding is not null)
        {
            Report(finding);
        }

        return finding is null;
    }

    private static int Replay(FuzzTarget target, string file)
    {
        if (new Fuzzer(target, seed: 0).Feed(File.ReadAllBytes(file)) is Finding finding)
        {
            Console.WriteLine(finding.What);
            return 1;
        }

        Console.WriteLine($"ok    {target.Name} survives {file}");
        return 0;
    }

    /// <summary>A parser that does not come back cannot be stopped from outside: the process ends with it.</summary>
    private static void EndIfHung(FuzzTarget target, Fuzzer fuzzer)
    {
        (byte[] input, TimeSpan time) = fuzzer.Current;
        if (time > Fuzzer.HangLimit)
        {
            Report(new Finding(target.Name, input, $"the parser has not come back after {time.TotalSeconds:F0} s"));
            Environment.Exit(1);
        }
    }

    private static void Report(Finding finding)
    {
        Directory.CreateDirectory(FindingsDirectory);
        string id = Convert.ToHexStringLower(SHA256.HashData(finding.Input))[..12];
        string path = Path.Join(FindingsDirectory, $"{finding.Target}-{id}.bin");
        File.WriteAllBytes(path, finding.Input);
        Console.WriteLine(finding.What);
        Console.WriteLine($"the input ({finding.Input.Length} bytes) is {path}; to feed it again: ./dev fuzz {finding.Target} {path}");
    }
}
