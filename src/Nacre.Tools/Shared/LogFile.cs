using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

/// <summary>Opens the file of -E, which only its owner may read.</summary>
internal static class LogFile
{
    /// <exception cref="FatalException">It cannot be written; in OpenSSH's words and with its status.</exception>
    public static TextWriter Append(string path)
    {
        const int flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND;
        const uint ownersAlone = 0b110_000_000;
        try
        {
            // Each line goes to the end as it is then: others may write to the same file, or cut it while it is open.
            Errno errno = FilesAt.Open(FilesAt.WorkingDirectory, PathBytes.Of(Encoding.UTF8.GetBytes(path)), flags, ownersAlone, out SafeFileHandle file);
            if (errno != Errno.None) throw new UnixException(errno, path);
            return new StreamWriter(new FileStream(file, FileAccess.Write, bufferSize: 0), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Couldn't open logfile {path}: {LocalFault.Describe(refused, path)}", status: 1);
        }
    }
}
