using Microsoft.Win32.SafeHandles;
using Nacre.Crypto;
using Nacre.Unix;

namespace Nacre.Client;

/// <summary>The contents of a file that only its owner should read, and whether that is so.</summary>
internal sealed class PrivateFile : IDisposable
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private PrivateFile(Secret contents, UnixFileMode mode) => (Contents, Mode) = (contents, mode);

    public Secret Contents { get; }

    public UnixFileMode Mode { get; }

    /// <summary>True when others than the owner can do something with the file.</summary>
    public bool IsTooOpen => (Mode & Others) != 0;

    /// <summary>Reads a file of at most so many bytes; the mode is that of the very file that was read.</summary>
    /// <exception cref="IOException">The file cannot be read or is larger.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static PrivateFile Read(string path, int maxLength)
    {
        // Opening a FIFO would wait for somebody to write to it.
        bool isFifo = !OperatingSystem.IsWindows() && FileStatus.TryOfPath(path, out FileStatus status) && status.IsFifo;
        using SafeFileHandle handle = isFifo ? FileSafety.OpenAnyKind(path, out _) : File.OpenHandle(path);
        using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        UnixFileMode mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(handle);

        // One byte more than the file should have, to see its end; a file without a length gets the room of the largest.
        int room = stream is { CanSeek: true, Length: > 0 } ? (int)Math.Min(stream.Length, maxLength) + 1 : maxLength + 1;
        using var contents = new Secret(room);
        int length = stream.ReadAtLeast(contents.Span, room, throwOnEndOfStream: false);
        if (length > maxLength) throw new IOException($"The file has more than {maxLength} bytes.");
        return new PrivateFile(Secret.CopyOf(contents.Span[..length]), mode);
    }

    public void Dispose() => Contents.Dispose();
}
