using System.Globalization;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Sftp.Transfers;

namespace Nacre.Scp;

/// <summary>The end of an scp conversation that has the files: it announces each, sends it once the sink agrees, and hears what became of it.</summary>
internal sealed class ScpSource(ScpWire wire, IFileSystem files, ScpOptions options, IScpObserver observer)
{
    /// <summary>Paths longer than this are passed over, as the system could not open them.</summary>
    private const int MaxPathLength = 4096;

    private readonly Pace? _pace = options.MaxBytesPerSecond is { } rate ? new Pace(rate, TimeProvider.System) : null;

    /// <summary>False once anything failed, here or at the sink.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Waits until the sink is ready.</summary>
    /// <exception cref="ScpException">It is not.</exception>
    public async Task BeginAsync(CancellationToken ct)
    {
        if (await wire.ReadAnswerAsync(ct).ConfigureAwait(false) is { } why) throw new ScpException(why);
    }

    /// <summary>Sends a file, or a directory with all that is in it. What fails is told to both ends and the conversation goes on.</summary>
    /// <exception cref="ScpException">The conversation is over.</exception>
    public async Task SendAsync(string path, CancellationToken ct)
    {
        string trimmed = path.Length > 1 && path.EndsWith('/') ? path.TrimEnd('/') : path;
        if (trimmed.Length == 0 && path.Length > 0) trimmed = "/";
        SftpAttributes attributes;
        try
        {
            attributes = await files.StatAsync(trimmed, followsLinks: true, ct).ConfigureAwait(false);
        }
        catch (Exception error) when (observer.Describe(error, trimmed) is { } why)
        {
            await RefuseAsync($"{trimmed}: {why}", ct).ConfigureAwait(false);
            return;
        }

        if (attributes.IsDirectory && options.IsRecursive) await SendDirectoryAsync(trimmed, attributes, ct).ConfigureAwait(false);
        else if (attributes.IsRegularFile) await SendFileAsync(trimmed, ct).ConfigureAwait(false);
        else await RefuseAsync($"{trimmed}: not a regular file", ct).ConfigureAwait(false);
    }

    private async Task SendFileAsync(string path, CancellationToken ct)
    {
        IFileHandle? file = null;
        try
        {
            SftpAttributes attributes;
            try
            {
                file = await files.OpenAsync(path, SftpOpenFlags.Read, new SftpAttributes(), ct).ConfigureAwait(false);
                attributes = await file.StatAsync(ct).ConfigureAwait(false);
            }
            catch (Exception error) when (observer.Describe(error, path) is { } why)
            {
                await RefuseAsync($"{path}: {why}", ct).ConfigureAwait(false);
                return;
            }

            if (!await SendTimesAsync(attributes, ct).ConfigureAwait(false)) return;
            long size = (long)Math.Min(attributes.Size ?? 0, long.MaxValue);
            var record = new ScpRecord { Kind = ScpRecordKind.File, Permissions = attributes.Permissions ?? 0, Size = size, Name = VisibleName.Of(LastName(path)) };
            if (!await AskAsync(record, "Sending file modes: ", ct).ConfigureAwait(false)) return;
            await SendContentAsync(file, path, size, ct).ConfigureAwait(false);
        }
        finally
        {
            if (file is not null) await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task SendContentAsync(IFileHandle file, string path, long size, CancellationToken ct)
    {
        observer.Starting(path, size);
        string? fault = null;
        for (long sent = 0; sent < size;)
        {
            int wanted = (int)Math.Min(size - sent, _pace?.Portion(ScpWire.PieceBytes) ?? ScpWire.PieceBytes);
            Memory<byte> room = wire.Room(wanted);
            int count = 0;
            if (fault is null) (count, fault) = await ReadAsync(file, path, room, sent, ct).ConfigureAwait(false);
            if (fault is not null)
            {
                // The sink counts on the bytes that were announced: zeros stand for those that are not to be had.
                room.Span.Clear();
                count = wanted;
            }

            await wire.SendRoomAsync(count, ct).ConfigureAwait(false);
            sent += count;
            if (fault is null) observer.Advanced(sent);
            if (_pace is not null) await _pace.TakeAsync(count).ConfigureAwait(false);
        }

        if (fault is null) await wire.AgreeAsync(ct).ConfigureAwait(false);
        else await RefuseAsync($"{path}: {fault}", ct).ConfigureAwait(false);
        await HearAsync(ct).ConfigureAwait(false);
        observer.Ended();
    }

    private async ValueTask<(int Count, string? Fault)> ReadAsync(IFileHandle file, string path, Memory<byte> room, long offset, CancellationToken ct)
    {
        try
        {
            int count = await file.ReadAsync(room, offset, ct).ConfigureAwait(false);
            return (count, count > 0 ? null : "the file became shorter while it was sent");
        }
        catch (Exception error) when (observer.Describe(error, path) is { } why)
        {
            return (0, why);
        }
    }

    private async Task SendDirectoryAsync(string path, SftpAttributes attributes, CancellationToken ct)
    {
        IAsyncEnumerator<FileEntry> entries = files.ListAsync(path, ct).GetAsyncEnumerator(ct);
        try
        {
            // The first name is looked for before the sink is told, so that a directory that cannot be read is not made there.
            (bool hasEntry, string? fault) = await MoveNextAsync(entries, path).ConfigureAwait(false);
            if (fault is not null)
            {
                await RefuseAsync($"{path}: {fault}", ct).ConfigureAwait(false);
                return;
            }

            if (!await SendTimesAsync(attributes, ct).ConfigureAwait(false)) return;
            var record = new ScpRecord { Kind = ScpRecordKind.Directory, Permissions = attributes.Permissions ?? 0, Name = VisibleName.Of(LastName(path)) };
            if (!await AskAsync(record, "Entering directory: ", ct).ConfigureAwait(false)) return;
            while (hasEntry)
            {
                await SendEntryAsync(path, entries.Current.Name, ct).ConfigureAwait(false);
                (hasEntry, fault) = await MoveNextAsync(entries, path).ConfigureAwait(false);
            }

            if (fault is not null) await RefuseAsync($"{path}: {fault}", ct).ConfigureAwait(false);
            await AskAsync(new ScpRecord { Kind = ScpRecordKind.End }, "", ct).ConfigureAwait(false);
        }
        finally
        {
            await entries.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task SendEntryAsync(string directory, string name, CancellationToken ct)
    {
        if (name is "." or "..") return;
        string path = PlainName.In(directory, name);
        if (path.Length < MaxPathLength) await SendAsync(path, ct).ConfigureAwait(false);
        else await RefuseAsync($"{path}: name too long", ct).ConfigureAwait(false);
    }

    private async ValueTask<(bool HasEntry, string? Fault)> MoveNextAsync(IAsyncEnumerator<FileEntry> entries, string path)
    {
        try
        {
            return (await entries.MoveNextAsync().ConfigureAwait(false), null);
        }
        catch (Exception error) when (observer.Describe(error, path) is { } why)
        {
            return (false, why);
        }
    }

    private ValueTask<bool> SendTimesAsync(SftpAttributes attributes, CancellationToken ct)
    {
        if (!options.KeepsAttributes || attributes is not { ModificationTime: { } modified, AccessTime: { } accessed }) return new ValueTask<bool>(true);
        observer.Trace(string.Create(CultureInfo.InvariantCulture, $"File mtime {modified} atime {accessed}"));
        return AskAsync(new ScpRecord { Kind = ScpRecordKind.Times, Times = new ScpTimes(modified, accessed) }, "Sending file timestamps: ", ct);
    }

    private async ValueTask<bool> AskAsync(ScpRecord record, string traced, CancellationToken ct)
    {
        byte[] line = record.Encode();
        if (traced.Length > 0) observer.Trace(traced + FileNameText.Decode(line.AsSpan(..^1)));
        await wire.SendAsync(line, ct).ConfigureAwait(false);
        return await HearAsync(ct).ConfigureAwait(false);
    }

    private async ValueTask<bool> HearAsync(CancellationToken ct)
    {
        if (await wire.ReadAnswerAsync(ct).ConfigureAwait(false) is not { } why) return true;
        IsWhole = false;
        observer.Complain(why);
        return false;
    }

    private async ValueTask RefuseAsync(string line, CancellationToken ct)
    {
        IsWhole = false;
        observer.Complain(line);
        await wire.ComplainAsync(line, ct).ConfigureAwait(false);
    }

    private static string LastName(string path) => path[(path.LastIndexOf('/') + 1)..];
}
