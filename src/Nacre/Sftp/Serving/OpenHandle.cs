namespace Nacre.Sftp.Serving;

/// <summary>What a handle stands for: an open file or a directory that is being listed.</summary>
internal sealed class OpenHandle(string path, IFileHandle? file, Listing? listing) : IAsyncDisposable
{
    /// <summary>The path that it was opened by.</summary>
    public string Path { get; } = path;

    /// <summary>The file; null for a directory.</summary>
    public IFileHandle? File { get; } = file;

    /// <summary>The directory; null for a file.</summary>
    public Listing? Listing { get; } = listing;

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; set; }

    /// <summary>Bytes written so far.</summary>
    public long BytesWritten { get; set; }

    public ValueTask DisposeAsync() => File is { } file ? file.DisposeAsync() : Listing!.DisposeAsync();
}
