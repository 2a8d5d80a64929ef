namespace Nacre.Sftp;

/// <summary>How files are copied between this machine and a server.</summary>
public sealed record TransferOptions
{
    /// <summary>Directories deeper than this are not entered; OpenSSH's number.</summary>
    internal const int MaxDepth = 64;

    /// <summary>Copy directories with all that is in them. What a server names is never a path, links are never made, and none is written through.</summary>
    public bool IsRecursive { get; init; }

    /// <summary>Give copies the times and permissions of their originals; never set-user-id, set-group-id or the sticky bit.</summary>
    public bool KeepsAttributes { get; init; }

    /// <summary>
    /// Go on where an earlier copy ended. The bytes that are there are compared first, by hash where the server has check-file and else by reading
    /// them back; a target that differs, or is longer than its source, is left as it is and reported.
    /// </summary>
    public bool Resumes { get; init; }

    /// <summary>Have each copy kept through a loss of power before it counts as done.</summary>
    public bool Syncs { get; init; }

    /// <summary>
    /// Write to <c>.NAME.nacre-XXXXXXXX</c> beside the target and rename at the end, so that the name never shows a part of a file. A copy that fails
    /// leaves nothing, so there is nothing to go on with: <see cref="Resumes"/> writes to the target itself.
    /// </summary>
    public bool UsesTemporaryName { get; init; }

    /// <summary>
    /// Do not empty a target that looks like its source, but write over it: a file that is copied onto itself, by way of another machine, stays as it
    /// is. This is how scp writes.
    /// </summary>
    internal bool WritesInPlace { get; init; }

    /// <summary>Within a directory, copy what a link leads to; else links are passed over and reported.</summary>
    public bool FollowsLinks { get; init; } = true;

    /// <summary>The most bytes in a second, all files together; null for no limit.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>The data in one request, in bytes; null for as much as the server takes.</summary>
    public int? RequestBytes { get; init; }

    /// <summary>How many requests are in flight; null for as many as the path needs, up to 16 MiB in all.</summary>
    public int? RequestsInFlight { get; init; }

    /// <summary>Hears of each step forward; null when nobody wants to know.</summary>
    public IProgress<TransferProgress>? Progress { get; init; }
}
