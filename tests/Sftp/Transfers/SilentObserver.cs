using Nacre.Sftp;
using Nacre.Sftp.Transfers;

namespace Nacre.Tests.Sftp.Transfers;

/// <summary>Hears of failures, and counts what was whole.</summary>
internal sealed class SilentObserver : ITransferObserver
{
    public List<TransferFailure> Failures { get; } = [];

    public int Whole { get; private set; }

    public void Starting(string source, string target, long? size, bool isDirectory)
    {
    }

    public void Advanced(string source, long bytesDone)
    {
    }

    public void Ended(string source, long bytes, bool isWhole) => Whole += isWhole ? 1 : 0;

    public void Failed(TransferFailure failure) => Failures.Add(failure);
}
