using Nacre.Config;
using Nacre.Config.Files;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Config;

/// <summary>Stock OpenSSH's lists of algorithms and this process's user, so that both programs read a configuration alike.</summary>
internal sealed class StockConfig
{
    public required AlgorithmNames Client { get; init; }

    public required AlgorithmNames Server { get; init; }

    public required LocalIdentity Local { get; init; }

    public static async Task<StockConfig> LoadAsync()
    {
        string[] defaults = Lines(await Run.Async("ssh", ["-F", "none", "-G", "host"]));
        AlgorithmNames names = new()
        {
            Ciphers = await ChoiceAsync("cipher", "ciphers", defaults),
            Macs = await ChoiceAsync("mac", "macs", defaults),
            KeyExchanges = await ChoiceAsync("kex", "kexalgorithms", defaults),
            HostKeys = await ChoiceAsync("HostKeyAlgorithms", "hostkeyalgorithms", defaults),
            PublicKeys = await ChoiceAsync("PubkeyAcceptedAlgorithms", "pubkeyacceptedalgorithms", defaults),
        };
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return new StockConfig
        {
            Client = names,
            Server = names,
            Local = new LocalIdentity
            {
                UserName = defaults.First(line => line.StartsWith("user ", StringComparison.Ordinal))[5..],
                HomeDirectory = home,
                UserId = uint.Parse((await Run.Async("/usr/bin/id", ["-u"])).Output.Trim(), System.Globalization.CultureInfo.InvariantCulture),
                HostName = (await Run.Async("/usr/bin/uname", ["-n"])).Output.Trim(),
                WorkingDirectory = Environment.CurrentDirectory,
                Environment = Environment.GetEnvironmentVariable,
            },
        };
    }

    public static DiskConfigFiles Files { get; } = new(static path =>
        File.Exists(path) ? new ConfigFileFacts(true, false, 0, UnixFileMode.UserRead) : null);

    public static string[] Lines(RunResult result) => result.Ends().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The lines of a dump whose keywords work here.</summary>
    public static string[] Live(IEnumerable<string> dump, KeywordTable table) => [.. dump.Where(line =>
        line.StartsWith("host ", StringComparison.Ordinal)
        || (table.TryFind(line.Split(' ')[0], out Keyword? keyword) && keyword!.Status == KeywordStatus.Live))];

    /// <summary>Adds what the two say differently of one configuration; a null dump means that it is refused.</summary>
    public static void Compare(string text, string[]? dump, string[] errors, (string[]? Dump, string[] Complaints) ours, List<string> differences)
    {
        if (!errors.SequenceEqual(ours.Complaints))
            differences.Add($"{text}: they say [{string.Join(" / ", errors)}], we say [{string.Join(" / ", ours.Complaints)}]");
        if (dump is null != ours.Dump is null)
            differences.Add($"{text}: they {(dump is null ? "refuse" : "accept")}, we do not");
        else if (dump is not null && !dump.SequenceEqual(ours.Dump!))
            differences.Add($"{text}: they print [{string.Join(" / ", dump.Except(ours.Dump!))}], we print [{string.Join(" / ", ours.Dump!.Except(dump))}]"
                + (dump.Order().SequenceEqual(ours.Dump!.Order()) ? " in another order" : ""));
    }

    private static async Task<AlgorithmChoice> ChoiceAsync(string query, string keyword, string[] defaults) =>
        new(Lines(await Run.Async("ssh", ["-Q", query])),
            defaults.First(line => line.StartsWith(keyword + " ", StringComparison.Ordinal))[(keyword.Length + 1)..].Split(','));
}
