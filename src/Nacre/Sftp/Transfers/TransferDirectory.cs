using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Transfers;

/// <summary>A directory whose contents are being copied; its times and permissions are set when the last of them is done.</summary>
/// <param name="above">The directory that it is in; null for the roof over all that was asked for.</param>
/// <param name="source">Where it is.</param>
/// <param name="target">Where the copy goes.</param>
/// <param name="attributes">What it is like.</param>
/// <param name="isFresh">True when this transfer made it, so that nothing of others' is in it.</param>
internal sealed class TransferDirectory(TransferDirectory? above, string source, string target, SftpAttributes attributes, bool isFresh)
{
    private int _open = 1;

    public TransferDirectory? Above => above;

    public string Source => source;

    public string Target => target;

    public SftpAttributes Attributes => attributes;

    public bool IsFresh => isFresh;

    /// <summary>How many directories are above it.</summary>
    public int Depth { get; } = above is null ? 0 : above.Depth + 1;

    /// <summary>Something in it begins.</summary>
    public void Hold() => Interlocked.Increment(ref _open);

    /// <summary>Something in it, or its listing, is done; true when that was the last.</summary>
    public bool Release() => Interlocked.Decrement(ref _open) == 0;
}
