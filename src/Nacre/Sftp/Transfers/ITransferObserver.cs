namespace Nacre.Sftp.Transfers;

/// <summary>Hears what a transfer does, one call at a time but from any thread; must return at once.</summary>
internal interface ITransferObserver
{
    /// <summary>A file or directory begins.</summary>
    void Starting(string source, string target, long? size, bool isDirectory);

    /// <summary>So many bytes of the file are there.</summary>
    void Advanced(string source, long bytesDone);

    /// <summary>A file has ended, whole or not, with so many bytes there.</summary>
    void Ended(string source, long bytes, bool isWhole);

    /// <summary>A file or directory failed; the rest goes on.</summary>
    void Failed(TransferFailure failure);
}
