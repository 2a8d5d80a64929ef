using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Config.Files;

/// <summary>What stat(2) tells of a file, as far as it decides whether the file may be read as a configuration.</summary>
internal readonly record struct ConfigFileFacts(bool IsRegular, bool IsNullDevice, uint OwnerId, UnixFileMode Mode);

/// <summary>Reads configuration files from the disk.</summary>
/// <param name="stat">
/// The facts of the file behind a path (links followed), or null when there is none. It is asked before the file is opened,
/// since merely opening a FIFO waits for a writer.
/// </param>
internal sealed class DiskConfigFiles(Func<string, ConfigFileFacts?> stat) : IConfigFiles
{
    private const int FirstBuffer = 8192;

    public ConfigRead Read(string path, int maxBytes)
    {
        try
        {
            if (stat(path) is not { } facts)
                return new ConfigRead(ConfigReadStatus.Missing);
            if (facts.IsNullDevice)
                return new ConfigRead(ConfigReadStatus.Read, "", facts.OwnerId, facts.Mode);
            if (!facts.IsRegular)
                return new ConfigRead(ConfigReadStatus.NotRegular);
            using SafeFileHandle file = File.OpenHandle(path);
            return TryReadAll(file, maxBytes, out string text)
                ? new ConfigRead(ConfigReadStatus.Read, text, facts.OwnerId, facts.Mode)
                : new ConfigRead(ConfigReadStatus.TooLarge);
        }
        catch (UnauthorizedAccessException)
        {
            return new ConfigRead(ConfigReadStatus.Denied);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ConfigRead(ConfigReadStatus.Missing);
        }
        catch (IOException)
        {
            return new ConfigRead(ConfigReadStatus.Denied);
        }
    }

    private static bool TryReadAll(SafeFileHandle file, int maxBytes, out string text)
    {
        byte[] bytes = new byte[FirstBuffer];
        int length = 0;
        int read;
        while ((read = RandomAccess.Read(file, bytes.AsSpan(length), length)) > 0)
        {
            length += read;
            if (length == bytes.Length)
                Array.Resize(ref bytes, bytes.Length * 2);
            if (length > maxBytes)
                break;
        }

        text = length > maxBytes ? "" : Encoding.UTF8.GetString(bytes, 0, length);
        return length <= maxBytes;
    }

    public IEnumerable<string> ListNames(string directory)
    {
        try
        {
            return Array.ConvertAll(Directory.GetFileSystemEntries(directory), static path => Path.GetFileName(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
