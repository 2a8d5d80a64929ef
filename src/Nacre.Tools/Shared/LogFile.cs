using System.Text;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Shared;

/// <summary>Opens the file of -E, which only its owner may read.</summary>
internal static class LogFile
{
    /// <exception cref="FatalException">It cannot be written; in OpenSSH's words and with its status.</exception>
    public static TextWriter Append(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        try
        {
            return new StreamWriter(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), options) { AutoFlush = true };
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Couldn't open logfile {path}: {LocalFault.Describe(refused, path)}", status: 1);
        }
    }
}
