using System.Runtime.CompilerServices;
using Nacre.Config;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Scp;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.Scp;

/// <summary>Goes through the sources of a command line and copies each in the way that its place and the target's ask for.</summary>
internal sealed class ScpCommand(ScpSettings settings, Reporter reporter, Reporter plain)
{
    private bool _isWhole = true;

    /// <summary>Copies.</summary>
    /// <returns>False when any of it failed, which has been said.</returns>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        if (!ScpPlace.TryParse(settings.Target, out ScpPlace target, out string error)) return Fail(error);
        List<ScpPlace> sources = [];
        foreach (string text in settings.Sources)
        {
            if (ScpPlace.TryParse(text, out ScpPlace source, out error)) sources.Add(source);
            else Fail(error);
        }

        if (settings.TargetIsDirectory && target.IsLocal)
        {
            SftpAttributes? there = LocalTree.Find(target.Path, followsLinks: true);
            if (there is not { IsDirectory: true }) return Fail($"{target.Path}: {(there is null ? "No such file or directory" : "Not a directory")}");
        }

        if (settings.IsLegacy) await CopyByScpAsync(sources, target, ct).ConfigureAwait(false);
        else await CopyBySftpAsync(sources, target, ct).ConfigureAwait(false);
        return _isWhole;
    }

    private async Task CopyByScpAsync(List<ScpPlace> sources, ScpPlace target, CancellationToken ct)
    {
        var copy = new LegacyCopy(settings, plain, ct);
        await using ConfiguredAsyncDisposable closing = copy.ConfigureAwait(false);
        foreach (ScpPlace source in sources)
        {
            _isWhole &= await ((source.IsLocal, target.IsLocal) switch
            {
                (true, true) => CopyHereAsync(source, target),
                (true, false) => copy.UploadAsync(source.Path, target),
                (false, true) => DownloadAsync(source),
                (false, false) => settings.CopiesThere ? CopyThereAsync(source, target) : copy.CrossAsync(source, target),
            }).ConfigureAwait(false);
        }

        _isWhole &= await copy.FinishAsync().ConfigureAwait(false);

        // Each source has a conversation of its own, and one that breaks leaves the others be.
        async Task<bool> DownloadAsync(ScpPlace source)
        {
            try
            {
                return await copy.DownloadAsync(source, target.Path).ConfigureAwait(false);
            }
            catch (ScpException broken) when (sources.Count > 1)
            {
                return Fail(broken.Message);
            }
        }
    }

    private async Task CopyBySftpAsync(List<ScpPlace> sources, ScpPlace target, CancellationToken ct)
    {
        var copy = new SftpCopy(settings, reporter);
        await using ConfiguredAsyncDisposable closing = copy.ConfigureAwait(false);

        // All that comes from one machine goes in one transfer; the machines take turns in the order in which they are named.
        foreach (IGrouping<Destination?, ScpPlace> together in sources.GroupBy(static source => source.Machine))
        {
            ScpPlace[] all = [.. together];
            bool isHere = together.Key is null;
            if (isHere && !target.IsLocal) _isWhole &= await copy.UploadAsync(all, target, ct).ConfigureAwait(false);
            else if (isHere) await EachAsync(all, source => CopyHereAsync(source, target)).ConfigureAwait(false);
            else if (target.IsLocal) _isWhole &= await copy.DownloadAsync(all, target.Path, ct).ConfigureAwait(false);
            else if (settings.CopiesThere) await EachAsync(all, source => CopyThereAsync(source, target)).ConfigureAwait(false);
            else _isWhole &= await copy.CrossAsync(all, target, ct).ConfigureAwait(false);
        }
    }

    private async Task EachAsync(IEnumerable<ScpPlace> sources, Func<ScpPlace, Task<bool>> copyAsync)
    {
        foreach (ScpPlace source in sources) _isWhole &= await copyAsync(source).ConfigureAwait(false);
    }

    // Within this machine the system's own cp knows best.
    private Task<bool> CopyHereAsync(ScpPlace source, ScpPlace target)
    {
        List<string> words = ["cp"];
        if (settings.Copies.IsRecursive) words.Add("-r");
        if (settings.Copies.KeepsAttributes) words.Add("-p");
        words.AddRange(["--", source.Path, target.Path]);
        return RunAsync(new ProgramCall("cp", words));
    }

    /// <summary>Has the machine of the source copy (-R): its scp connects to the target.</summary>
    private Task<bool> CopyThereAsync(ScpPlace source, ScpPlace target)
    {
        if (target.Machine!.Port is not (null or 22)) throw new FatalException("target port not supported with two remote hosts and the -R option");
        string host = target.Machine.Host.Contains(':', StringComparison.Ordinal) ? $"[{target.Machine.Host}]" : target.Machine.Host;
        string place = $"{(target.Machine.User is { } user ? user + "@" : "")}{host}:{target.Path}";
        return RunAsync(settings.Ssh.ForErrand(source.Machine!, $"{settings.RemoteCall} {source.Path} {place}"));
    }

    private async Task<bool> RunAsync(ProgramCall call)
    {
        if (settings.Verbosity > 0) plain.Fail("Executing: " + string.Join(' ', call.Arguments.Select(Printable.Escape)));
        try
        {
            return await call.RunAsync().ConfigureAwait(false) == 0;
        }
        catch (UnixException error)
        {
            return Fail($"{call.Path}: {UnixException.Describe(error.Errno)}");
        }
    }

    private bool Fail(string line)
    {
        plain.Fail(line);
        _isWhole = false;
        return false;
    }
}
