namespace Nacre.Sftp.Requests;

/// <summary>Reads a directory of the server, a few replies ahead.</summary>
internal sealed class RemoteListing(FileRequests requests, string path) : IAsyncDisposable
{
    /// <summary>READDIRs in flight: behind the names comes the end, in the same round trip.</summary>
    private const int Ahead = 2;

    private readonly Queue<Task<List<FileEntry>>> _replies = new(Ahead);
    private Task<byte[]>? _opening;
    private bool _isEnd;

    /// <summary>The next names; none at the end.</summary>
    /// <exception cref="SftpException">The server refused.</exception>
    public async ValueTask<List<FileEntry>> NextAsync(CancellationToken ct)
    {
        if (_isEnd) return Replies.NoMore;
        _opening ??= requests.OpenDirectoryAsync(path);
        byte[] handle = await _opening.WaitAsync(ct).ConfigureAwait(false);
        while (_replies.Count < Ahead) _replies.Enqueue(requests.ReadDirectoryAsync(handle, path));
        List<FileEntry> names = await _replies.Dequeue().WaitAsync(ct).ConfigureAwait(false);
        _isEnd = names.Count == 0;
        return names;
    }

    /// <summary>Closes the directory; nobody waits for that, since nothing was written.</summary>
    public ValueTask DisposeAsync()
    {
        if (_opening is not null) _ = CloseAsync(_opening);
        return ValueTask.CompletedTask;
    }

    private async Task CloseAsync(Task<byte[]> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully) _ = requests.CloseAsync(await opening.ConfigureAwait(false), path);
    }
}
