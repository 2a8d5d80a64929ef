using System.Runtime.CompilerServices;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Unix;

namespace Nacre.Client;

/// <summary>Writes known_hosts files: appends a line at a time and whole, or replaces the keys of one host in a file that nobody ever sees half written.</summary>
internal static class KnownHostsWriter
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Another writer of ours is waited for this often.</summary>
    private const int LockAttempts = 100;

    private const int TagBytes = 6;

    /// <summary>Writes lines in one call, behind a line end if the file lacks one.</summary>
    public static async Task AppendAsync(string path, string lines, CancellationToken ct)
    {
        CreateDirectory(path);
        FileStream file = await OpenAloneAsync(path, FileMode.OpenOrCreate, ct).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = file.ConfigureAwait(false);
        string prefix = "";
        if (file.CanSeek && file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            if (file.ReadByte() != '\n') prefix = "\n";
        }

        await file.WriteAsync(Encoding.UTF8.GetBytes(prefix + lines), ct).ConfigureAwait(false);
    }

    /// <summary>Makes these keys the only ones that a file has for a host; every other line, comments too, stays as it is.</summary>
    /// <param name="path">The file; one that does not exist is not made.</param>
    /// <param name="name">The host's name, as files have it.</param>
    /// <param name="address">Its address, which lines may have instead; null to leave it out.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="adds">False where the keys that are missing are not added.</param>
    /// <param name="isHashed">True to hide the names of new lines.</param>
    /// <param name="ct">Cancels waiting for another writer.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static async Task ReplaceAsync(string path, string name, string? address, IReadOnlyList<PublicKey> keys, bool adds, bool isHashed, CancellationToken ct)
    {
        if (File.Exists(path)) await RewriteAsync(path, contents => Replace(path, contents, name, address, keys, adds, isHashed), ct).ConfigureAwait(false);
    }

    /// <summary>Gives a file other contents, and keeps it as it was beside it with .old behind its name; a symbolic link stays one, and the mode is kept.</summary>
    /// <param name="path">The file, which exists.</param>
    /// <param name="change">Makes the new contents of the old ones; what equals them, or null, leaves the file alone.</param>
    /// <param name="ct">Cancels waiting for another writer.</param>
    /// <returns>True when the file was written.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static async Task<bool> RewriteAsync(string path, Func<byte[], byte[]?> change, CancellationToken ct)
    {
        string target = FileSafety.FinalTarget(path);
        FileStream file = await OpenAloneAsync(target, FileMode.Open, ct).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = file.ConfigureAwait(false);
        byte[] contents = KnownHostsReader.ReadAll(file);
        byte[]? changed = change(contents);
        if (changed is null || changed.AsSpan().SequenceEqual(contents)) return false;

        string temporary = $"{target}.{SystemRandom.Instance.Hex(TagBytes)}";
        try
        {
            await WriteNewAsync(temporary, changed, file, ct).ConfigureAwait(false);
            File.Delete(path + ".old");
            await WriteNewAsync(path + ".old", contents, file, ct).ConfigureAwait(false);
            File.Move(temporary, target, overwrite: true);
            return true;
        }
        finally
        {
            // After the move it is there no more.
            File.Delete(temporary);
        }
    }

    private static byte[] Replace(string path, byte[] contents, string name, string? address, IReadOnlyList<PublicKey> keys, bool adds, bool isHashed)
    {
        var kept = new MemoryStream();
        var isNamed = new bool[keys.Count];
        var isAddressed = new bool[keys.Count];
        foreach ((ReadOnlyMemory<byte> text, KnownHostsEntry? entry) in KnownHostsReader.Lines(path, contents))
        {
            bool hasName = entry is { Marker: KnownHostsMarker.None } && KnownHostName.IsNamed(name, entry.Names);
            bool hasAddress = entry is { Marker: KnownHostsMarker.None } && address is not null && KnownHostName.IsNamed(address, entry.Names);
            int index = hasName || hasAddress ? IndexOf(keys, entry!.Key) : -1;
            if ((hasName || hasAddress) && index < 0) continue;
            if (index >= 0)
            {
                isNamed[index] |= hasName;
                isAddressed[index] |= hasAddress;
            }

            kept.Write(text.Span);
            if (text.Span[^1] != '\n') kept.WriteByte((byte)'\n');
        }

        for (int i = 0; adds && i < keys.Count; i++)
        {
            if (!isNamed[i]) kept.Write(Encoding.UTF8.GetBytes(KnownHostName.Lines(name, isAddressed[i] ? null : address, keys[i], isHashed)));
            else if (address is not null && !isAddressed[i]) kept.Write(Encoding.UTF8.GetBytes(KnownHostName.Lines(address, null, keys[i], isHashed)));
        }

        return kept.ToArray();
    }

    private static int IndexOf(IReadOnlyList<PublicKey> keys, PublicKey key)
    {
        for (int i = 0; i < keys.Count; i++)
        {
            if (keys[i].Equals(key)) return i;
        }

        return -1;
    }

    private static async Task WriteNewAsync(string path, byte[] contents, FileStream original, CancellationToken ct)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        var file = new FileStream(path, options);
        await using ConfiguredAsyncDisposable closing = file.ConfigureAwait(false);
        await file.WriteAsync(contents, ct).ConfigureAwait(false);
        if (!OperatingSystem.IsWindows())
        {
            // Root may rewrite a user's list, who is to go on reading it.
            FileStatus former = FileStatus.OfDescriptor((int)original.SafeFileHandle.DangerousGetHandle());
            if (former.Uid != Users.CurrentUid) OpenFile.SetOwner(file.SafeFileHandle, former.Uid, former.Gid);
            File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(original.SafeFileHandle));
        }

        file.Flush(flushToDisk: true);
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
    private static async Task<FileStream> OpenAloneAsync(string path, FileMode mode, CancellationToken ct)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows() && mode == FileMode.OpenOrCreate) options.UnixCreateMode = OwnerOnly;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                var file = new FileStream(path, options);
                if (attempt == LockAttempts || IsStillNamed(file, path)) return file;
                await file.DisposeAsync().ConfigureAwait(false);
            }
            catch (IOException) when (attempt < LockAttempts && File.Exists(path))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), ct).ConfigureAwait(false);
            }
        }
    }

    // Between opening and locking, another writer may have replaced the file: what went into this one would be lost.
    private static bool IsStillNamed(FileStream file, string path) =>
        OperatingSystem.IsWindows()
        || (FileStatus.TryOfDescriptor((int)file.SafeFileHandle.DangerousGetHandle(), out FileStatus open)
            && FileStatus.TryOfPath(path, out FileStatus named)
            && (open.Inode, open.Device) == (named.Inode, named.Device));
}
