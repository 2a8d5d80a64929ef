using System.Globalization;
using System.Net;

namespace Nacre.Client.Dns;

/// <summary>Which name servers to ask, and how: what resolv.conf(5) and the variable RES_OPTIONS say of it.</summary>
internal sealed record ResolverConfig
{
    /// <summary>The file that the C library reads, too.</summary>
    public const string Path = "/etc/resolv.conf";

    private const int Port = 53, MaxServers = 3, MaxTimeoutSeconds = 30, MaxAttempts = 5;

    /// <summary>In the order to ask them.</summary>
    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [new(IPAddress.Loopback, Port)];

    /// <summary>How long one server may take for one answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often each is asked.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Option trust-ad: the servers and the way to them are trusted to say what is authenticated.</summary>
    public bool TrustsAuthentication { get; init; }

    /// <summary>Reads the machine's; a file that cannot be read leaves a server on this machine.</summary>
    public static ResolverConfig OfSystem()
    {
        string text = "";
        try
        {
            text = File.ReadAllText(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // As the C library does.
        }

        return Parse(text, Environment.GetEnvironmentVariable("RES_OPTIONS"));
    }

    /// <summary>Reads the text of the file; what it does not know is passed over.</summary>
    public static ResolverConfig Parse(string text, string? environmentOptions)
    {
        var config = new ResolverConfig();
        var servers = new List<IPEndPoint>();
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            string[] words = line.ToString().Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var address, ..] && servers.Count < MaxServers && IPAddress.TryParse(address, out IPAddress? server)) servers.Add(new(server, Port));
            else if (words is ["options", .. var options]) config = config.With(options);
        }

        if (environmentOptions is not null) config = config.With(environmentOptions.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return servers.Count == 0 ? config : config with { Servers = servers };
    }

    private ResolverConfig With(IEnumerable<string> options)
    {
        ResolverConfig config = this;
        foreach (string option in options)
        {
            string[] parts = option.Split(':', 2);
            int number = 0;
            bool hasNumber = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out number);
            config = parts[0] switch
            {
                "trust-ad" => config with { TrustsAuthentication = true },
                "timeout" when hasNumber => config with { Timeout = TimeSpan.FromSeconds(Math.Clamp(number, 1, MaxTimeoutSeconds)) },
                "attempts" when hasNumber => config with { Attempts = Math.Clamp(number, 1, MaxAttempts) },
                _ => config,
            };
        }

        return config;
    }
}
