using Nacre.Sftp;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Sftp;

/// <summary>The commands of sftp that copy files from one side to the other.</summary>
/// <param name="session">The session.</param>
/// <param name="copies">How they copy, unless their flags say more.</param>
internal sealed class FileCommands(SftpSession session, CopyOptions copies)
{
    public const string Flags = "fPpRr";

    public async Task<bool> GetAsync(SftpArguments given, CancellationToken ct)
    {
        string pattern = session.AbsolutePattern(given.Patterns[0]);
        List<GlobMatch> found = await Glob.FindAsync(session.Tree, pattern).ConfigureAwait(false);
        if (found.Count == 0) return session.Fail($"File \"{pattern}\" not found.");
        string? target = given.Count > 1 ? given.Path(1) : null;
        bool isIntoDirectory = target is not null && Directory.Exists(target);
        if (found.Count > 1 && target is not null && !isIntoDirectory) return session.Fail($"Multiple source paths, but destination \"{target}\" is not a directory");
        CopyOptions options = With(given);
        var downloader = new Downloader(session.Client, session.Reporter, options);
        bool isWhole = true;
        foreach (GlobMatch match in found)
        {
            string name = NameOf(match.Path);
            string local = target is null ? name : isIntoDirectory ? RemotePath.Append(target, name) : target;
            session.Reporter.Tell($"Fetching {match.Path} to {local}");
            isWhole &= match.IsDirectory && options.IsRecursive
                ? await downloader.DirectoryAsync(match.Path, local).ConfigureAwait(false)
                : await downloader.FileAsync(match.Path, local).ConfigureAwait(false);
        }

        return isWhole;
    }

    public async Task<bool> PutAsync(SftpArguments given, CancellationToken ct)
    {
        List<GlobMatch> found = await Glob.FindAsync(new LocalTree(), given.Patterns[0]).ConfigureAwait(false);
        if (found.Count == 0) return session.Fail($"stat {Glob.Unescape(given.Patterns[0])}: No such file or directory");
        string? target = given.Count > 1 ? session.Absolute(given.Path(1)) : null;
        bool isIntoDirectory = target is not null && await session.Tree.FindAsync(target, followsLinks: true).ConfigureAwait(false) is { IsDirectory: true };
        if (found.Count > 1 && target is not null && !isIntoDirectory) return session.Fail($"Multiple paths match, but destination \"{target}\" is not a directory");
        CopyOptions options = With(given);
        var uploader = new Uploader(session.Client, session.Reporter, options);
        bool isWhole = true;
        foreach (GlobMatch match in found)
        {
            string name = NameOf(match.Path);
            string remote = target is null ? session.Absolute(name) : isIntoDirectory ? RemotePath.Append(target, name) : target;
            session.Reporter.Tell($"Uploading {match.Path} to {remote}");
            isWhole &= match.IsDirectory && options.IsRecursive
                ? await uploader.DirectoryAsync(match.Path, remote).ConfigureAwait(false)
                : await uploader.FileAsync(match.Path, remote).ConfigureAwait(false);
        }

        return isWhole;
    }

    private CopyOptions With(SftpArguments given) => copies with
    {
        IsRecursive = copies.IsRecursive || given.Has('r') || given.Has('R'),
        KeepsTimes = copies.KeepsTimes || given.Has('p') || given.Has('P'),
        Syncs = copies.Syncs || given.Has('f'),
    };

    // "get -r ." and "get -r .." copy what is in the directory, here and not above.
    private static string NameOf(string path) => RemotePath.BaseName(path) is string name && PlainName.Is(name) ? name : ".";
}
