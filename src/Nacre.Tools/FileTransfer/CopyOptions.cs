using Nacre.Sftp;

namespace Nacre.Tools.FileTransfer;

/// <summary>How files are copied.</summary>
internal sealed record CopyOptions
{
    /// <summary>Copy directories with all that is in them.</summary>
    public bool IsRecursive { get; init; }

    /// <summary>Give copies the times and permissions of their originals (-p).</summary>
    public bool KeepsTimes { get; init; }

    /// <summary>Have each copy on the disk before the next begins (-f).</summary>
    public bool Syncs { get; init; }

    /// <summary>Within a directory, copy what a link leads to; else links are passed over.</summary>
    public bool FollowsLinks { get; init; }

    /// <summary>Say the name of each directory that is entered.</summary>
    public bool NamesDirectories { get; init; }

    /// <summary>The same for a transfer.</summary>
    public TransferOptions ForTransfer(bool isRecursive) => new()
    {
        IsRecursive = isRecursive,
        KeepsAttributes = KeepsTimes,
        Syncs = Syncs,
        FollowsLinks = FollowsLinks,
    };
}
