namespace Nacre.Sftp;

/// <summary>What became of a copy.</summary>
/// <param name="Files">The files that were copied whole.</param>
/// <param name="Bytes">Their bytes, without those that an earlier copy had brought.</param>
/// <param name="Failures">What was not copied; the first thousand.</param>
public sealed record TransferResult(long Files, long Bytes, IReadOnlyList<TransferFailure> Failures)
{
    /// <summary>True when everything was copied.</summary>
    public bool IsWhole => Failures.Count == 0;

    /// <summary>Throws what the first failure was; nothing when all was copied.</summary>
    /// <exception cref="SftpException">The server or the local file system refused.</exception>
    /// <exception cref="IOException">The local file system failed.</exception>
    public void ThrowIfFailed()
    {
        if (Failures.Count > 0) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(Failures[0].Error);
    }
}
