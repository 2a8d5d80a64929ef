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

    private static async Task<AlgorithmChoice> ChoiceAsync(string query, string keyword, string[] defaults) =>
        new(Lines(await Run.Async("ssh", ["-Q", query])),
            defaults.First(line => line.StartsWith(keyword + " ", StringComparison.Ordinal))[(keyword.Length + 1)..].Split(','));
}
