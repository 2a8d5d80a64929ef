using System.Text;
using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.SshKeygen;

/// <summary>Looks for a host in a known_hosts file, takes its keys out of it, or hides the names that are in it.</summary>
internal sealed class KnownHostsEditing
{
    private readonly KeygenTask _task;
    private readonly string _path;
    private readonly string _host;
    private readonly string _name;
    private readonly StringBuilder _found = new();
    private bool _isInvalid;
    private bool _hasFound;
    private bool _hasHidden;

    public KnownHostsEditing(KeygenTask task)
    {
        _task = task;
        _path = task.Settings.File ?? Path.Join(KeyGeneration.CurrentUser().Home, ".ssh", "known_hosts");
        _host = task.Settings.Host ?? "";
        _name = KnownHostName.Of(_host, port: 0);
        if (!FileStatus.TryOfPath(_path, out _)) throw new FatalException($"Cannot stat {_path}: {UnixException.Describe(Libc.LastErrno)}");
    }

    private bool IsRemoval => _task.Settings.Mode.Letter == 'R';

    /// <summary>Prints the lines that name the host; the exit status tells whether there are any.</summary>
    public int Find()
    {
        try
        {
            using FileStream stream = KeyFiles.OpenRead(_path);
            foreach (KnownHostsLine line in KnownHostsLine.Of(KnownHostsReader.ReadAll(stream)))
            {
                if (line.IsFor(_name)) Show(line);
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Cannot read {_path}: {LocalFault.Describe(unreadable, _path)}");
        }

        return _hasFound ? 0 : 1;
    }

    /// <summary>Takes out the host's keys. Those of authorities and revoked ones stay: taking them out would change what is trusted.</summary>
    public int Remove() => Rewrite(line =>
    {
        if (!line.IsFor(_name) || line.Marker != KnownHostsMarker.None) return null;
        _hasFound = true;
        if (!_task.Settings.IsQuiet) _found.Append($"# Host {_host} found: line {line.Number}\n");
        return "";
    });

    /// <summary>Puts a hash in the place of each name that is one host's.</summary>
    public int Hide() => Rewrite(line =>
    {
        if (line.Kind != KnownHostsLineKind.Entry) return null;
        if (!CanHide(line))
        {
            if (HasWildcard(line)) _task.Say($"{_path}:{line.Number}: ignoring host name with wildcard: {Printable.Escape(line.Names)}");
            return null;
        }

        _hasHidden = true;
        return Hidden(line);
    });

    private static bool HasWildcard(KnownHostsLine line) => line.Names.AsSpan().ContainsAny("*?!");

    private static bool CanHide(KnownHostsLine line) => !line.Names.StartsWith('|') && !HasWildcard(line) && line.Marker == KnownHostsMarker.None;

    private static string Hidden(KnownHostsLine line) =>
        string.Concat(line.Names.Split(',').TakeWhile(name => name.Length > 0).Select(name => $"{KnownHostName.Hash(KnownHostName.Of(name, port: 0))} {line.Key}\n"));

    private void Show(KnownHostsLine line)
    {
        PublicKeyLine? key = null;
        if (_task.Settings.Has('l') && !PublicKeyLine.TryParse(line.Key, out key)) return;
        _hasFound = true;
        string kind = line.Marker switch { KnownHostsMarker.CertAuthority => "CA", KnownHostsMarker.Revoked => "REVOKED", _ => "" };
        if (!_task.Settings.IsQuiet) _task.Output.WriteLine($"# Host {_host} found: line {line.Number} {kind}");
        if (key is not null) ShowFingerprint(key);
        else if (_task.Settings.Has('H') && CanHide(line)) _task.Output.Write(Hidden(line));
        else _task.Output.WriteLine(Encoding.UTF8.GetString(line.Text.Span));
    }

    private void ShowFingerprint(PublicKeyLine line)
    {
        string fingerprint = _task.Settings.Has('B') ? BubbleBabble.Spell(line.Key) : line.Key.FingerprintBy(_task.Settings.Hash);
        _task.Output.WriteLine($"{_host} {line.Key.ShortType} {fingerprint}{(line.Comment.Length > 0 ? " " : "")}{Printable.Escape(line.Comment)}");
        if (_task.Settings.IsVerbose) _task.Output.WriteLine(RandomArt.Draw(line.Key, _task.Settings.Hash));
    }

    /// <summary>Writes the file anew.</summary>
    /// <param name="change">What stands in the place of a line, with its ends; null for the line itself.</param>
    private int Rewrite(Func<KnownHostsLine, string?> change)
    {
        bool isWritten;
        try
        {
            isWritten = KnownHostsWriter.RewriteAsync(_path, contents => Changed(contents, change), CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Cannot replace {_path}: {LocalFault.Describe(failure, _path)}");
        }

        _task.Output.Write(_found);
        if (_isInvalid)
        {
            _task.Say($"{_path} is not a valid known_hosts file.");
            _task.Say("Not replacing existing known_hosts file because of errors");
            return 1;
        }

        if (IsRemoval && !_hasFound) _task.Say($"Host {_host} not found in {_path}");
        if (IsRemoval ? !_hasFound : !isWritten) return 0;
        _task.Output.WriteLine($"{_path} updated.");
        _task.Output.WriteLine($"Original contents retained as {_path}.old");
        if (!_hasHidden) return 0;
        _task.Say($"WARNING: {_path}.old contains unhashed entries");
        _task.Say("Delete this file to ensure privacy of hostnames");
        return 0;
    }

    private byte[]? Changed(byte[] contents, Func<KnownHostsLine, string?> change)
    {
        var changed = new MemoryStream();
        foreach (KnownHostsLine line in KnownHostsLine.Of(contents))
        {
            bool isBadHash = IsRemoval && !KnownHostName.IsWellFormed(line.Names);
            if (line.Kind == KnownHostsLineKind.Invalid || isBadHash)
            {
                _isInvalid = true;
                _task.Say($"{_path}:{line.Number}: invalid line");
            }

            if (change(line) is string other)
            {
                changed.Write(Encoding.UTF8.GetBytes(other));
                continue;
            }

            changed.Write(line.Text.Span);
            changed.WriteByte((byte)'\n');
        }

        return _isInvalid || (IsRemoval && !_hasFound) ? null : changed.ToArray();
    }
}
