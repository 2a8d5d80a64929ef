namespace Nacre.Bench;

/// <summary>How much is measured: enough for a judgement, or just enough to see that all works.</summary>
internal sealed record Settings
{
    public static Settings Full { get; } = new()
    {
        BulkBytes = 1L << 30, BulkPairs = 5, RekeyPairs = 7, LoginPairs = 20, RoundTripPairs = 5, StartPairs = 40, IdleConnections = 10_000,
        FileBytes = 2L << 30, FilePairs = 5, FarPairs = 3, Pings = 5000, KeystrokePairs = 7, IdleClientPairs = 5,
        Logins = 100, LoginsPairs = 5, MemoryPairs = 3, SlowPeers = 2000,
    };

    public static Settings Quick { get; } = new()
    {
        BulkBytes = 256L << 20, BulkPairs = 3, RekeyPairs = 3, LoginPairs = 5, RoundTripPairs = 3, StartPairs = 10, IdleConnections = 200,
        FileBytes = 512L << 20, FilePairs = 3, FarPairs = 1, Pings = 2000, KeystrokePairs = 3, IdleClientPairs = 2,
        Logins = 40, LoginsPairs = 2, MemoryPairs = 1, SlowPeers = 500,
    };

    /// <summary>What one bulk transfer carries.</summary>
    public required long BulkBytes { get; init; }

    public required int BulkPairs { get; init; }

    public required int RekeyPairs { get; init; }

    public required int LoginPairs { get; init; }

    public required int RoundTripPairs { get; init; }

    public required int StartPairs { get; init; }

    public required int IdleConnections { get; init; }

    /// <summary>The size of the large file.</summary>
    public required long FileBytes { get; init; }

    public required int FilePairs { get; init; }

    public required int FarPairs { get; init; }

    /// <summary>How often one byte goes there and back.</summary>
    public required int Pings { get; init; }

    public required int KeystrokePairs { get; init; }

    public required int IdleClientPairs { get; init; }

    /// <summary>How many logins make one sample of what they cost the server.</summary>
    public required int Logins { get; init; }

    public required int LoginsPairs { get; init; }

    public required int MemoryPairs { get; init; }

    public required int SlowPeers { get; init; }
}
