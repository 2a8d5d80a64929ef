using System.Diagnostics;
using System.Security.Cryptography;
using Nacre.Bench.Bed;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Bench.Measurements;

/// <summary>A large key revocation list: how long until it can be asked, and how long an answer takes.</summary>
internal sealed class RevocationList : IMeasurement
{
    private const int Entries = 100_000;

    public string Name => "krl";

    public string Title => "revocation list of 100,000 serials and 100,000 hashes";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("nacre-bench-");
        try
        {
            using PrivateKey authority = PrivateKey.GenerateEd25519(), key = PrivateKey.GenerateEd25519();
            var terms = new CertificateTerms { Kind = CertificateKind.User, KeyId = "bench", Principals = ["bench"], Serial = 1 };
            Certificate certificate = await terms.SignAsync(key.PublicKey, authority);
            string list = Path.Join(directory.FullName, "list"), asked = Path.Join(directory.FullName, "key.pub");
            await File.WriteAllBytesAsync(list, Make(authority.PublicKey));
            await File.WriteAllTextAsync(asked, $"{certificate}\n");

            await MeasureToolAsync(bed, settings, report, list, asked);
            await MeasureLibraryAsync(settings, report, list, certificate);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Numbers so far apart that each takes a place of its own in the list.</summary>
    private static byte[] Make(PublicKey authority)
    {
        var list = new KeyRevocationListBuilder();
        for (uint i = 1; i <= Entries; i++)
        {
            ulong serial = (i * 1_000_003ul) + (i * (ulong)i % 65_537);
            list.AddSerials(authority, serial, serial);
            list.AddFingerprint("SHA256:" + Convert.ToBase64String(SHA256.HashData(BitConverter.GetBytes(i))));
        }

        return list.Write(DateTimeOffset.UtcNow);
    }

    private static async Task MeasureToolAsync(TestBed bed, Settings settings, Report report, string list, string asked)
    {
        double[][] seconds = await Pairs.RunAsync(settings.StartPairs, () => AskAsync(bed.Ours), () => AskAsync(bed.Stock));
        report.Add(Row.OfPairs("ssh-keygen -Q of 100,000 serials, 100,000 hashes", "ms", [.. seconds[0].Select(each => each * 1000)], [.. seconds[1].Select(each => each * 1000)], Target.OursAtMost(500)));

        Task<double> AskAsync(Contender contender) => CommandTime.OfAsync([Path.Join(Path.GetDirectoryName(contender.Ssh)!, "ssh-keygen"), "-Q", "-f", list, asked]);
    }

    private static async Task MeasureLibraryAsync(Settings settings, Report report, string list, Certificate certificate)
    {
        byte[] contents = await File.ReadAllBytesAsync(list);
        var read = KeyRevocationList.Parse(contents);
        double[][] seconds = await Pairs.RunAsync(settings.StartPairs, () => Task.FromResult(TimeOf(1, () => KeyRevocationList.Parse(contents))), () => Task.FromResult(TimeOf(Entries, () => read.Contains(certificate))));
        report.Add(new Row("the same list read by the library") { Unit = "ms", Ours = Pairs.Median(seconds[0]) * 1000, Target = Target.OursAtMost(500) });
        report.Add(new Row("whether it revokes a certificate") { Unit = "us", Ours = Pairs.Median(seconds[1]) * 1e6, Target = Target.OursAtMost(10) });
    }

    private static double TimeOf(int times, Func<object> action)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++) action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / times;
    }
}
