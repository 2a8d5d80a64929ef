using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp;

/// <summary>An SFTP session: files at the other side, with as many requests in flight as the distance needs.</summary>
/// <remarks>
/// May be used from several threads at once. A file name that is no UTF-8 comes as text in which the wrong bytes are lone surrogates, and goes back
/// as the same bytes. What a server says in an error is escaped; file names come as they are.
/// </remarks>
public sealed partial class SftpClient : IAsyncDisposable
{
    /// <summary>Data in one request where the server says nothing of larger ones; every server takes it.</summary>
    private const int UsualData = 32 * 1024;

    private readonly FileRequests _requests;
    private readonly IAsyncDisposable? _owner;
    private readonly Dictionary<string, string> _extensions;
    private int _isDisposed;

    private SftpClient(RequestPump pump, Dictionary<string, string> extensions, SftpClientOptions options, IAsyncDisposable? owner)
    {
        (Pump, Options, _extensions, _owner) = (pump, options, extensions, owner);
        _requests = new FileRequests(pump, goesOnInline: false);
    }

    /// <summary>The most data that one READ asks for, in bytes.</summary>
    public int MaxReadLength { get; private set; } = UsualData;

    /// <summary>The most data that one WRITE carries, in bytes.</summary>
    public int MaxWriteLength { get; private set; } = UsualData;

    /// <summary>The files that a transfer may have open, so that some are left for others.</summary>
    internal int MostFiles { get; private set; } = int.MaxValue;

    internal RequestPump Pump { get; }

    internal SftpClientOptions Options { get; }

    /// <summary>Begins a session over a pair of pipes.</summary>
    /// <param name="input">What the server sends.</param>
    /// <param name="output">What goes to the server.</param>
    /// <param name="owner">Disposed of with the session; may be null.</param>
    /// <param name="options">How the session behaves; the defaults when null.</param>
    /// <param name="ct">Cancels the beginning.</param>
    /// <returns>The session.</returns>
    /// <exception cref="SshException">The other side speaks no SFTP that we do.</exception>
    public static async Task<SftpClient> StartAsync(
        PipeReader input, PipeWriter output, IAsyncDisposable? owner = null, SftpClientOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        options ??= new SftpClientOptions();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var silence = new CancellationTokenSource(options.ResponseTimeout ?? Timeout.InfiniteTimeSpan, options.TimeProvider);
        using CancellationTokenRegistration linked = silence.Token.Register(patience.Cancel);
        SftpClient client;
        try
        {
            Dictionary<string, string> extensions = await SessionStart.BeginAsync(input, output, patience.Token).ConfigureAwait(false);
            client = new SftpClient(new RequestPump(input, output, options), extensions, options, owner);
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new SshViolationException(Violation.PeerSilent, string.Create(CultureInfo.InvariantCulture, $"The SFTP server has answered nothing for {options.ResponseTimeout!.Value.TotalSeconds:0.#} seconds."));
        }

        client.Pump.Start();
        if (client.Offers(LimitsExtension)) await client.LearnLimitsAsync(ct).ConfigureAwait(false);
        return client;
    }

    /// <summary>True when the server offers an extension.</summary>
    /// <param name="name">Its name, such as posix-rename@openssh.com.</param>
    /// <returns>Whether it does.</returns>
    public bool Offers(string name) => _extensions.ContainsKey(name);

    /// <summary>The absolute form of a path at the server; of "." it is where the session started.</summary>
    /// <param name="path">The path.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The absolute path.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task<string> ResolveAsync(string path, CancellationToken ct = default) => _requests.ResolveAsync(path).WaitAsync(ct);

    /// <summary>What is known of a file.</summary>
    /// <param name="path">Which.</param>
    /// <param name="followsLinks">False to ask about a link itself.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The attributes.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task<SftpAttributes> StatAsync(string path, bool followsLinks = true, CancellationToken ct = default) =>
        _requests.StatAsync(path, followsLinks).WaitAsync(ct);

    /// <summary>Lists a directory as the server sends it, with . and .. where the server names them; a few hundred names at most are held at a time.</summary>
    /// <param name="path">Which.</param>
    /// <param name="ct">Ends the listing.</param>
    /// <returns>The entries. A name is the server's word: it may hold a slash or be "..", so check it before it becomes a local path.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async IAsyncEnumerable<FileEntry> ListAsync(string path, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var listing = new RemoteListing(_requests, path);
        await using ConfiguredAsyncDisposable closing = listing.ConfigureAwait(false);
        while (await listing.NextAsync(ct).ConfigureAwait(false) is { Count: > 0 } names)
        {
            foreach (FileEntry entry in names) yield return entry;
        }
    }

    /// <summary>Sets what the attributes name.</summary>
    /// <param name="path">Of which file.</param>
    /// <param name="attributes">What to set.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is set.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task SetAttributesAsync(string path, SftpAttributes attributes, CancellationToken ct = default) =>
        _requests.SetAttributesAsync(path, attributes).WaitAsync(ct);

    /// <summary>Makes a directory.</summary>
    /// <param name="path">Where.</param>
    /// <param name="permissions">Its permissions, less the server's umask.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is there.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task MakeDirectoryAsync(string path, uint permissions = 0x1ff, CancellationToken ct = default) =>
        _requests.MakeDirectoryAsync(path, new SftpAttributes { Permissions = permissions }).WaitAsync(ct);

    /// <summary>Removes an empty directory.</summary>
    /// <param name="path">Which.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is gone.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task RemoveDirectoryAsync(string path, CancellationToken ct = default) => _requests.RemoveDirectoryAsync(path).WaitAsync(ct);

    /// <summary>Removes a file or a link.</summary>
    /// <param name="path">Which.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is gone.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task RemoveFileAsync(string path, CancellationToken ct = default) => _requests.RemoveFileAsync(path).WaitAsync(ct);

    /// <summary>Renames a file or directory.</summary>
    /// <param name="oldPath">Which.</param>
    /// <param name="newPath">Its new path.</param>
    /// <param name="replaces">One that has the new name is replaced at once where the server can (posix-rename); false for version 3's own rename, which fails then.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is renamed.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task RenameAsync(string oldPath, string newPath, bool replaces = true, CancellationToken ct = default) =>
        RenameAsync(_requests, oldPath, newPath, replaces).WaitAsync(ct);

    /// <summary>Makes a hard link, where the server can.</summary>
    /// <param name="oldPath">The file.</param>
    /// <param name="newPath">Its other name.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is there.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public Task MakeHardLinkAsync(string oldPath, string newPath, CancellationToken ct = default)
    {
        Require(HardLinkExtension, oldPath);
        var paths = new SftpTwoPaths { OldPath = FileRequests.PathBytes(oldPath), NewPath = FileRequests.PathBytes(newPath) };
        return _requests.ExtendedAsync(HardLinkExtension, ref paths, oldPath).WaitAsync(ct);
    }

    /// <summary>Makes a symbolic link.</summary>
    /// <param name="target">What it says.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is there.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task MakeSymbolicLinkAsync(string target, string path, CancellationToken ct = default) => _requests.MakeSymbolicLinkAsync(target, path).WaitAsync(ct);

    /// <summary>What a symbolic link says.</summary>
    /// <param name="path">The link.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Its text.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task<string> ReadLinkAsync(string path, CancellationToken ct = default) => _requests.ReadLinkAsync(path).WaitAsync(ct);

    /// <summary>Opens a file.</summary>
    /// <param name="path">Which.</param>
    /// <param name="flags">How.</param>
    /// <param name="permissions">The permissions of a file that is made; the server's default when null.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<RemoteFile> OpenAsync(string path, SftpOpenFlags flags, uint? permissions = null, CancellationToken ct = default)
    {
        Task<byte[]> opening = _requests.OpenAsync(path, flags, new SftpAttributes { Permissions = permissions });
        try
        {
            return new RemoteFile(this, await opening.WaitAsync(ct).ConfigureAwait(false), path);
        }
        catch (OperationCanceledException)
        {
            _ = CloseWhenOpenAsync(opening);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        await Pump.DisposeAsync().ConfigureAwait(false);
        if (_owner is not null) await _owner.DisposeAsync().ConfigureAwait(false);
    }

    internal Task<bool> RenameAsync(FileRequests requests, string oldPath, string newPath, bool replaces)
    {
        if (!replaces || !Offers(PosixRenameExtension)) return requests.RenameAsync(oldPath, newPath);
        var paths = new SftpTwoPaths { OldPath = FileRequests.PathBytes(oldPath), NewPath = FileRequests.PathBytes(newPath) };
        return requests.ExtendedAsync(PosixRenameExtension, ref paths, oldPath);
    }

    // Whoever wanted the file is gone, and the server must not keep it open for ever.
    private async Task CloseWhenOpenAsync(Task<byte[]> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully) _ = _requests.CloseAsync(await opening.ConfigureAwait(false), null);
    }

    private async Task LearnLimitsAsync(CancellationToken ct)
    {
        byte[] contents;
        long asked = Pump.Time.GetTimestamp();
        try
        {
            contents = await _requests.ExtendedAsync(Replies.Contents, LimitsExtension, [], null).WaitAsync(ct).ConfigureAwait(false);
        }
        catch (SftpException)
        {
            return;
        }

        Pump.RoundTrip = Pump.Time.GetElapsedTime(asked);
        SftpLimitsReply limits = Message.ReadRecord<SftpLimitsReply>(contents);
        MaxReadLength = Usable(limits.MaxReadLength);
        MaxWriteLength = Usable(limits.MaxWriteLength);
        if (limits.MaxOpenHandles > 0) MostFiles = (int)Math.Clamp(limits.MaxOpenHandles / 2, 1, int.MaxValue);

        static int Usable(ulong limit) => limit == 0 ? UsualData : (int)Math.Clamp(limit, 1024, SftpLimits.MaxData);
    }
}
