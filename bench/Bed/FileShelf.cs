using System.Globalization;

namespace Nacre.Bench.Bed;

/// <summary>A directory in memory with the files that are copied, so that no disk is measured.</summary>
internal sealed class FileShelf : IDisposable
{
    private readonly string _directory;

    public FileShelf()
    {
        string parent = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        _directory = Path.Join(parent, "nacre-bench-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(_directory);
    }

    /// <summary>Where copies go to; what was there is removed before each run.</summary>
    public string Target => Path.Join(_directory, "target");

    /// <summary>Makes a file of random bytes, which nothing can take for a hole.</summary>
    public async Task<string> FileAsync(long bytes)
    {
        string path = Path.Join(_directory, "file");
        await Bash.RunAsync("head -c \"$2\" /dev/urandom > \"$1\"", path, bytes.ToString(CultureInfo.InvariantCulture));
        return path;
    }

    /// <summary>Makes a directory of small files of random bytes.</summary>
    public async Task<string> FolderAsync(int files, int bytes)
    {
        string path = Path.Join(_directory, "folder");
        Directory.CreateDirectory(path);
        byte[] content = new byte[bytes];
        for (int each = 0; each < files; each++)
        {
            System.Security.Cryptography.RandomNumberGenerator.Fill(content);
            await File.WriteAllBytesAsync(Path.Join(path, string.Create(CultureInfo.InvariantCulture, $"f{each:D5}")), content);
        }

        return path;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
