using System.Buffers;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Sftp.Transfers;

namespace Nacre.Scp;

/// <summary>The end of an scp conversation that takes files: it does what the source's records say, within the target and nowhere else.</summary>
internal sealed class ScpSink(ScpWire wire, IFileSystem files, ScpOptions options, IScpObserver observer)
{
    private const uint OwnerWrites = 0x80, OwnerEnters = 0x1c0;

    /// <summary>Longer paths are refused, so that no source can make them grow without end.</summary>
    private const int MaxPathLength = 4096;

    private readonly Stack<OpenDirectory> _open = new();
    private readonly Pace? _pace = options.MaxBytesPerSecond is { } rate ? new Pace(rate, TimeProvider.System) : null;

    /// <summary>False once anything failed, here or at the source.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Takes what the source sends until it ends.</summary>
    /// <param name="target">The directory that it goes into, or the path of the one file or directory.</param>
    /// <param name="requested">The names that were asked for; null where any may come.</param>
    /// <param name="ct">Cancels the work; what has come stays.</param>
    /// <exception cref="ScpException">The conversation is over before its end.</exception>
    public async Task ReceiveAsync(string target, RequestedNames? requested, CancellationToken ct)
    {
        bool isDirectory = await IsDirectoryAsync(target, ct).ConfigureAwait(false);
        await wire.AgreeAsync(ct).ConfigureAwait(false);
        ScpTimes? times = null;
        for (bool isFirst = true; await wire.ReadLineAsync(ct).ConfigureAwait(false) is { } line; isFirst = false)
        {
            observer.Trace("Sink: " + FileNameText.Decode(line));
            if (ScpWire.IsComplaint(line, out string words))
            {
                IsWhole = false;
                observer.Complain(words);
                continue;
            }

            ScpRecord record = await ParseAsync(line, isFirst, hasTimes: times is not null, ct).ConfigureAwait(false);
            switch (record.Kind)
            {
                case ScpRecordKind.Times:
                    times = record.Times;
                    await wire.AgreeAsync(ct).ConfigureAwait(false);
                    break;
                case ScpRecordKind.End:
                    await CloseDirectoryAsync(ct).ConfigureAwait(false);
                    break;
                default:
                    await CheckNameAsync(record, _open.Count == 0 ? requested : null, ct).ConfigureAwait(false);
                    string? directory = _open.TryPeek(out OpenDirectory? inside) ? inside.Path : isDirectory ? target : null;
                    await TakeAsync(record, directory is null ? target : PlainName.In(directory, record.Name), times, ct).ConfigureAwait(false);
                    times = null;
                    break;
            }
        }

        if (_open.Count > 0 || times is not null) throw ScpException.LostConnection();
    }

    private async ValueTask<bool> IsDirectoryAsync(string target, CancellationToken ct)
    {
        string why = "Not a directory";
        try
        {
            SftpAttributes there = await files.StatAsync(target, followsLinks: true, ct).ConfigureAwait(false);
            if (there.IsDirectory) return true;
        }
        catch (Exception error) when (observer.Describe(error, target) is { } told)
        {
            why = told;
        }

        if (options.TargetIsDirectory) await GiveUpAsync($"{target}: {why}", ct).ConfigureAwait(false);
        return false;
    }

    private async ValueTask<ScpRecord> ParseAsync(byte[] line, bool isFirst, bool hasTimes, CancellationToken ct)
    {
        if (ScpRecord.TryParse(line, out ScpRecord record, out string fault))
        {
            bool isMisplaced = record.Kind switch
            {
                ScpRecordKind.End => hasTimes || _open.Count == 0,
                ScpRecordKind.Times => hasTimes,
                _ => false,
            };
            if (isMisplaced) fault = "expected control record";
            else if (record.Kind == ScpRecordKind.Directory && !options.IsRecursive) fault = "received directory without -r";
            else return record;
        }
        else if (isFirst && line.Length > 0 && fault == "expected control record")
        {
            // A shell that cannot start scp says so where the first record should be.
            await GiveUpAsync(FileNameText.Decode(line), ct).ConfigureAwait(false);
        }

        await GiveUpAsync($"protocol error: {fault}", ct).ConfigureAwait(false);
        return record;
    }

    private async ValueTask CheckNameAsync(ScpRecord record, RequestedNames? requested, CancellationToken ct)
    {
        if (!PlainName.Is(record.Name)) await GiveUpAsync($"error: unexpected filename: {record.Name}", ct).ConfigureAwait(false);
        if (requested?.Allow(record.Name) == false) await GiveUpAsync("protocol error: filename does not match request", ct).ConfigureAwait(false);
    }

    private Task TakeAsync(ScpRecord record, string path, ScpTimes? times, CancellationToken ct)
    {
        if (path.Length >= MaxPathLength) return RefuseAsync($"{path}: name too long", ct).AsTask();
        return record.Kind == ScpRecordKind.Directory ? OpenDirectoryAsync(record, path, times, ct) : TakeFileAsync(record, path, times, ct);
    }

    private async Task OpenDirectoryAsync(ScpRecord record, string path, ScpTimes? times, CancellationToken ct)
    {
        bool isNew = false;
        try
        {
            SftpAttributes? there = await FindAsync(path, ct).ConfigureAwait(false);
            if (there is { IsDirectory: false })
            {
                await RefuseAsync($"{path}: Not a directory", ct).ConfigureAwait(false);
                return;
            }

            isNew = there is null;
            if (isNew) await files.MakeDirectoryAsync(path, new SftpAttributes { Permissions = record.Permissions | OwnerEnters }, ct).ConfigureAwait(false);
        }
        catch (Exception error) when (observer.Describe(error, path) is { } why)
        {
            await RefuseAsync($"{path}: {why}", ct).ConfigureAwait(false);
            return;
        }

        _open.Push(new OpenDirectory(path, record.Permissions, isNew, times));
        await wire.AgreeAsync(ct).ConfigureAwait(false);
    }

    private async Task CloseDirectoryAsync(CancellationToken ct)
    {
        OpenDirectory ended = _open.Pop();
        try
        {
            // What it needed to be filled goes only now.
            uint added = ended.IsNew ? OwnerEnters & ~ended.Permissions : 0;
            if (options.KeepsAttributes) await SetAsync(new SftpAttributes { Permissions = ended.Permissions }).ConfigureAwait(false);
            else if (added != 0) await SetAsync(await WithoutAsync(added).ConfigureAwait(false)).ConfigureAwait(false);
            if (ended.Times?.ToAttributes() is { } times) await SetAsync(times).ConfigureAwait(false);
        }
        catch (Exception error) when (observer.Describe(error, ended.Path) is { } why)
        {
            await RefuseAsync($"{ended.Path}: {why}", ct).ConfigureAwait(false);
            return;
        }

        await wire.AgreeAsync(ct).ConfigureAwait(false);

        ValueTask SetAsync(SftpAttributes attributes) => files.SetAttributesAsync(ended.Path, attributes, followsLinks: true, ct);

        async ValueTask<SftpAttributes> WithoutAsync(uint permissions) =>
            new() { Permissions = (await files.StatAsync(ended.Path, followsLinks: true, ct).ConfigureAwait(false)).Permissions & ScpRecord.PermissionMask & ~permissions };
    }

    private async Task TakeFileAsync(ScpRecord record, string path, ScpTimes? times, CancellationToken ct)
    {
        IFileHandle? file = null;
        try
        {
            SftpAttributes? there;
            try
            {
                there = await FindAsync(path, ct).ConfigureAwait(false);

                // Not truncated: the source may be sending this very file.
                var made = new SftpAttributes { Permissions = record.Permissions | OwnerWrites };
                file = await files.OpenAsync(path, SftpOpenFlags.Write | SftpOpenFlags.Create, made, ct).ConfigureAwait(false);
            }
            catch (Exception error) when (observer.Describe(error, path) is { } why)
            {
                await RefuseAsync($"{path}: {why}", ct).ConfigureAwait(false);
                return;
            }

            await wire.AgreeAsync(ct).ConfigureAwait(false);
            observer.Starting(path, record.Size);
            string? fault = await TakeContentAsync(file, path, record.Size, ct).ConfigureAwait(false);
            bool isWritten = fault is null;
            bool mayTruncate = isWritten && there is null or { IsRegularFile: true };
            if (mayTruncate) fault = await TryAsync(file, new SftpAttributes { Size = (ulong)record.Size }, path, "truncate", ct).ConfigureAwait(false);
            fault ??= await SetPermissionsAsync(file, path, record.Permissions, isNew: there is null, ct).ConfigureAwait(false);

            // The source says now whether it could read all of it.
            if (await wire.ReadAnswerAsync(ct).ConfigureAwait(false) is { } told)
            {
                IsWhole = false;
                observer.Complain(told);
            }

            if (isWritten && times?.ToAttributes() is { } kept) fault ??= await TryAsync(file, kept, path, "set times", ct).ConfigureAwait(false);
            observer.Ended();
            if (fault is null) await wire.AgreeAsync(ct).ConfigureAwait(false);
            else await RefuseAsync(fault, ct).ConfigureAwait(false);
        }
        finally
        {
            if (file is not null) await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Takes all bytes that were announced, also when they cannot be kept: what follows them is found only so.</summary>
    private async ValueTask<string?> TakeContentAsync(IFileHandle file, string path, long size, CancellationToken ct)
    {
        string? fault = null;
        for (long taken = 0; taken < size;)
        {
            long wanted = Math.Min(size - taken, _pace?.Portion(ScpWire.PieceBytes) ?? size);
            ReadOnlySequence<byte> data = await wire.ReadDataAsync(wanted, ct).ConfigureAwait(false);
            long count = data.Length;
            try
            {
                if (fault is null) await file.WriteAsync(data, taken, ct).ConfigureAwait(false);
            }
            catch (Exception error) when (observer.Describe(error, path) is { } why)
            {
                fault = $"{path}: {why}";
            }

            wire.Consume(data);
            taken += count;
            observer.Advanced(taken);
            if (_pace is not null) await _pace.TakeAsync((int)count).ConfigureAwait(false);
        }

        return fault;
    }

    private async ValueTask<string?> SetPermissionsAsync(IFileHandle file, string path, uint permissions, bool isNew, CancellationToken ct)
    {
        if (options.KeepsAttributes) return await TryAsync(file, new SftpAttributes { Permissions = permissions }, path, "set mode", ct).ConfigureAwait(false);
        if (!isNew || (permissions & OwnerWrites) != 0) return null;
        try
        {
            // Made with what the umask leaves; only what was added to write it goes again.
            uint made = (await file.StatAsync(ct).ConfigureAwait(false)).Permissions ?? permissions;
            return await TryAsync(file, new SftpAttributes { Permissions = made & ScpRecord.PermissionMask & ~OwnerWrites }, path, "set mode", ct).ConfigureAwait(false);
        }
        catch (Exception error) when (observer.Describe(error, path) is { } why)
        {
            return $"{path}: set mode: {why}";
        }
    }

    private async ValueTask<string?> TryAsync(IFileHandle file, SftpAttributes attributes, string path, string what, CancellationToken ct)
    {
        try
        {
            await file.SetAttributesAsync(attributes, ct).ConfigureAwait(false);
            return null;
        }
        catch (Exception error) when (observer.Describe(error, path) is { } why)
        {
            return $"{path}: {what}: {why}";
        }
    }

    private async ValueTask<SftpAttributes?> FindAsync(string path, CancellationToken ct)
    {
        try
        {
            return await files.StatAsync(path, followsLinks: true, ct).ConfigureAwait(false);
        }
        catch (Exception error) when (observer.Describe(error, path) is not null)
        {
            return null;
        }
    }

    private async ValueTask RefuseAsync(string line, CancellationToken ct)
    {
        IsWhole = false;
        observer.Complain(line);
        await wire.ComplainAsync(line, ct).ConfigureAwait(false);
    }

    private async ValueTask GiveUpAsync(string line, CancellationToken ct)
    {
        await wire.ComplainAsync(line, ct).ConfigureAwait(false);
        throw new ScpException(line);
    }

    /// <summary>A directory whose end has not come.</summary>
    /// <param name="Path">Where it is.</param>
    /// <param name="Permissions">What the source says it has.</param>
    /// <param name="IsNew">Whether it was made now.</param>
    /// <param name="Times">The times it is to have, if any.</param>
    private sealed record OpenDirectory(string Path, uint Permissions, bool IsNew, ScpTimes? Times);
}
