using Microsoft.Win32.SafeHandles;
using Nacre.Crypto;
using Nacre.Unix;

namespace Nacre.Client;

/// <summary>The contents of a file that only its owner should read, and whether that is so.</summary>
internal sealed class PrivateFile : IDisposable
{
    private readonly FileStatus? _status;

    private PrivateFile(Secret contents, FileStatus? status) => (Contents, _status) = (contents, status);

    public Secret Contents { get; }

    /// <summary>Why its owner may not use it for a secret, in OpenSSH's words; null where that is no matter.</summary>
    /// <param name="shown">The file's name for a person.</param>
    public string? FindExposure(string shown) => _status is { } status ? FileSafety.FindExposure(shown, status) : null;

    /// <summary>Reads a file of at most so many bytes; the permissions are those of the very file that was read.</summary>
    /// <exception cref="IOException">The file cannot be read or is larger.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static PrivateFile Read(string path, int maxLength)
    {
        // Opening a FIFO would wait for somebody to write to it.
        bool isFifo = !OperatingSystem.IsWindows() && FileStatus.TryOfPath(path, out FileStatus status) && status.IsFifo;
        using SafeFileHandle handle = isFifo ? FileSafety.OpenAnyKind(path, out _) : File.OpenHandle(path);
        using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        FileStatus? opened = OperatingSystem.IsWindows() ? null : FileStatus.OfDescriptor((int)handle.DangerousGetHandle());

        // One byte more than the file should have, to see its end; a file without a length gets the room of the largest.
        int room = stream is { CanSeek: true, Length: > 0 } ? (int)Math.Min(stream.Length, maxLength) + 1 : maxLength + 1;
        using var contents = new Secret(room);
        int length = stream.ReadAtLeast(contents.Span, room, throwOnEndOfStream: false);
        if (length > maxLength) throw new IOException($"The file has more than {maxLength} bytes.");
        return new PrivateFile(Secret.CopyOf(contents.Span[..length]), opened);
    }

    public void Dispose() => Contents.Dispose();
}
