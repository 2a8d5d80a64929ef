using System.Runtime.CompilerServices;
using System.Text;

namespace Nacre.Client;

/// <summary>Appends to known_hosts files, a line at a time and whole.</summary>
internal static class KnownHostsWriter
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Another writer of ours is waited for this often.</summary>
    private const int LockAttempts = 100;

    /// <summary>Writes the line in one call, behind a line end if the file lacks one.</summary>
    public static async Task AppendAsync(string path, string line, CancellationToken ct)
    {
        CreateDirectory(path);
        FileStream file = await OpenAloneAsync(path, ct).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = file.ConfigureAwait(false);
        string prefix = "";
        if (file.CanSeek && file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            if (file.ReadByte() != '\n') prefix = "\n";
        }

        await file.WriteAsync(Encoding.UTF8.GetBytes(prefix + line), ct).ConfigureAwait(false);
    }

    // ~/.ssh of a user who never connected anywhere.
    private static void CreateDirectory(string path)
    {
        string? directory = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(directory) && Path.GetFileName(directory) == ".ssh" && !Directory.Exists(directory))
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
            else Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Opens the file under a lock that keeps other writers out, so that no line overwrites another.</summary>
    private static async Task<FileStream> OpenAloneAsync(string path, CancellationToken ct)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException) when (attempt < LockAttempts && File.Exists(path))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), ct).ConfigureAwait(false);
            }
        }
    }
}
