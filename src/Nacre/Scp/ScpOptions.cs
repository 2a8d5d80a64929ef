namespace Nacre.Scp;

/// <summary>How an scp conversation copies; both ends are told the same on their command lines.</summary>
internal sealed record ScpOptions
{
    /// <summary>Copy directories with all that is in them (-r).</summary>
    public bool IsRecursive { get; init; }

    /// <summary>Give copies the times and permissions of their originals (-p).</summary>
    public bool KeepsAttributes { get; init; }

    /// <summary>The target must be a directory (-d).</summary>
    public bool TargetIsDirectory { get; init; }

    /// <summary>The most to send or take in a second, on average; null for no limit (-l).</summary>
    public long? MaxBytesPerSecond { get; init; }
}
