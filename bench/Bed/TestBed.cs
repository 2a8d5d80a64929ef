namespace Nacre.Bench.Bed;

/// <summary>Both contenders, each with its server running, on this machine's loopback.</summary>
internal sealed class TestBed : IDisposable
{
    private TestBed(BenchKeys keys, Contender ours, Contender stock) => (Keys, Ours, Stock) = (keys, ours, stock);

    public BenchKeys Keys { get; }

    public Contender Ours { get; }

    public Contender Stock { get; }

    /// <summary>Starts both servers.</summary>
    /// <param name="settings">Lines for the sshd_config of both, before all others.</param>
    public static async Task<TestBed> StartAsync(string settings = "")
    {
        string tools = Path.Join(RepositoryRoot(), "artifacts", "tools");
        if (!File.Exists(Path.Join(tools, "sshd"))) throw new InvalidOperationException($"there are no tools in {tools}; make them with: ./dev tools");

        // Where stock sshd jails its unprivileged half; a machine without services has none.
        if (Environment.IsPrivilegedProcess) Directory.CreateDirectory("/run/sshd");

        BenchKeys keys = await BenchKeys.MakeAsync();
        Contender? ours = null;
        try
        {
            ours = await Contender.StartAsync("nacre", Path.Join(tools, "ssh"), Path.Join(tools, "sshd"), keys, settings + "\nPerSourcePenalties no");
            return new TestBed(keys, ours, await Contender.StartAsync("openssh", StockProgram("ssh"), StockProgram("sshd"), keys, settings));
        }
        catch
        {
            ours?.Dispose();
            keys.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Ours.Dispose();
        Stock.Dispose();
        Keys.Dispose();
    }

    private static string StockProgram(string name) =>
        new[] { "/usr/bin", "/usr/sbin" }.Select(directory => Path.Join(directory, name)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"OpenSSH's {name} is in neither /usr/bin nor /usr/sbin; install openssh-client and openssh-server");

    private static string RepositoryRoot()
    {
        for (string? directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Join(directory, "Nacre.slnx"))) return directory;
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not below the repository");
    }
}
