namespace Nacre.Sftp.Serving;

/// <summary>A directory that is being listed.</summary>
internal sealed class Listing(IAsyncEnumerator<FileEntry> entries) : IAsyncDisposable
{
    private FileEntry? _next;

    /// <summary>The next entry, which stays next; null at the end.</summary>
    public async ValueTask<FileEntry?> PeekAsync()
    {
        if (_next is null && await entries.MoveNextAsync().ConfigureAwait(false)) _next = entries.Current;
        return _next;
    }

    public void Take() => _next = null;

    public ValueTask DisposeAsync() => entries.DisposeAsync();
}
