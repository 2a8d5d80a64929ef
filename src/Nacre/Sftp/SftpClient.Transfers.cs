using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Nacre.Protocol.Sftp;
using Nacre.Sftp.Transfers;

namespace Nacre.Sftp;

/// <content>Whole files and folders.</content>
public sealed partial class SftpClient
{
    /// <summary>Copies a file, or a folder with <see cref="TransferOptions.IsRecursive"/>, from the server to this machine.</summary>
    /// <remarks>When a copy fails or is stopped, the front of the file stays, and a copy with <see cref="TransferOptions.Resumes"/> goes on from there.</remarks>
    /// <param name="remotePath">What to copy.</param>
    /// <param name="localPath">The copy's own path, not that of a folder to put it into; what is there is replaced, and a folder is filled.</param>
    /// <param name="options">How to copy; the defaults when null.</param>
    /// <param name="ct">Stops the copy.</param>
    /// <returns>What was copied, and what of a folder's contents was not.</returns>
    /// <exception cref="SftpException">The server, or this machine, refused the file or the folder itself.</exception>
    /// <exception cref="IOException">This machine could not write the file or the folder itself.</exception>
    [UnsupportedOSPlatform("windows")]
    public async Task<TransferResult> DownloadAsync(string remotePath, string localPath, TransferOptions? options = null, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(remotePath);
        ArgumentException.ThrowIfNullOrEmpty(localPath);
        var download = new Download(this, new LocalFileSystem(Environment.CurrentDirectory), options ?? new TransferOptions(), new NoObserver());
        return ThrowIfItFailed(await download.RunAsync([new TransferItem(remotePath, localPath)], ct).ConfigureAwait(false), remotePath);
    }

    /// <summary>Copies a file, or a folder with <see cref="TransferOptions.IsRecursive"/>, from this machine to the server.</summary>
    /// <remarks>When a copy fails or is stopped, the front of the file stays, and a copy with <see cref="TransferOptions.Resumes"/> goes on from there.</remarks>
    /// <param name="localPath">What to copy.</param>
    /// <param name="remotePath">The copy's own path, not that of a folder to put it into; what is there is replaced, and a folder is filled.</param>
    /// <param name="options">How to copy; the defaults when null.</param>
    /// <param name="ct">Stops the copy.</param>
    /// <returns>What was copied, and what of a folder's contents was not.</returns>
    /// <exception cref="SftpException">The server, or this machine, refused the file or the folder itself.</exception>
    /// <exception cref="IOException">This machine could not read the file or the folder itself.</exception>
    [UnsupportedOSPlatform("windows")]
    public async Task<TransferResult> UploadAsync(string localPath, string remotePath, TransferOptions? options = null, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(localPath);
        ArgumentException.ThrowIfNullOrEmpty(remotePath);
        var upload = new Upload(this, new LocalFileSystem(Environment.CurrentDirectory), options ?? new TransferOptions(), new NoObserver());
        return ThrowIfItFailed(await upload.RunAsync([new TransferItem(localPath, remotePath)], ct).ConfigureAwait(false), localPath);
    }

    /// <summary>Copies a file from the server.</summary>
    /// <param name="path">Which.</param>
    /// <param name="destination">Where its bytes go.</param>
    /// <param name="progress">Hears of the bytes copied so far.</param>
    /// <param name="ct">Ends the copying.</param>
    /// <returns>The bytes copied.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<long> DownloadAsync(string path, Stream destination, IProgress<long>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        SftpFileStream source = await OpenStreamAsync(path, SftpOpenFlags.Read, ct: ct).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = source.ConfigureAwait(false);
        byte[] buffer = new byte[MaxReadLength];
        while (await source.ReadAsync(buffer, ct).ConfigureAwait(false) is > 0 and int count)
        {
            await destination.WriteAsync(buffer.AsMemory(0, count), ct).ConfigureAwait(false);
            progress?.Report(source.Position);
        }

        return source.Position;
    }

    /// <summary>Copies a file to the server, over what is there.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="path">Where to.</param>
    /// <param name="permissions">The permissions of a file that is made; the server's default when null.</param>
    /// <param name="progress">Hears of the bytes sent so far.</param>
    /// <param name="ct">Ends the copying.</param>
    /// <returns>The bytes copied.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<long> UploadAsync(Stream source, string path, uint? permissions = null, IProgress<long>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        const SftpOpenFlags flags = SftpOpenFlags.Write | SftpOpenFlags.Create | SftpOpenFlags.Truncate;
        SftpFileStream target = await OpenStreamAsync(path, flags, permissions, ct).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = target.ConfigureAwait(false);
        byte[] buffer = new byte[MaxWriteLength];
        while (await source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false) is > 0 and int count)
        {
            await target.WriteAsync(buffer.AsMemory(0, count), ct).ConfigureAwait(false);
            progress?.Report(target.Position);
        }

        await target.FlushAsync(ct).ConfigureAwait(false);
        return target.Position;
    }

    /// <summary>Opens a file as a stream, which reads ahead and writes behind.</summary>
    /// <param name="path">Which.</param>
    /// <param name="flags">How.</param>
    /// <param name="permissions">The permissions of a file that is made; the server's default when null.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The stream; disposing of it closes the file.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<SftpFileStream> OpenStreamAsync(string path, SftpOpenFlags flags = SftpOpenFlags.Read, uint? permissions = null, CancellationToken ct = default) =>
        new(await OpenAsync(path, flags, permissions, ct).ConfigureAwait(false), flags);

    private static TransferResult ThrowIfItFailed(TransferResult result, string path)
    {
        // A name that was not taken is told of its folder, whose other names were.
        TransferFailure? own = result.Failures.FirstOrDefault(failure => failure.Source == path && failure.Step != TransferStep.UnsafeName);
        if (own is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(own.Error);
        return result;
    }

    private sealed class NoObserver : ITransferObserver
    {
        public void Starting(string source, string target, long? size, bool isDirectory)
        {
        }

        public void Advanced(string source, long bytesDone)
        {
        }

        public void Ended(string source, long bytes, bool isWhole)
        {
        }

        public void Failed(TransferFailure failure)
        {
        }
    }
}
