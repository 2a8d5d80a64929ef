using Nacre.Sftp;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Sftp;

/// <summary>What the commands of sftp share: the session, the working directory at the other side, and whom to tell.</summary>
/// <param name="client">The session.</param>
/// <param name="home">Where it starts.</param>
/// <param name="reporter">Where results and failures go.</param>
internal sealed class SftpSession(SftpClient client, string home, Reporter reporter)
{
    public SftpClient Client { get; } = client;

    public Reporter Reporter { get; } = reporter;

    public RemoteTree Tree { get; } = new(client, reporter);

    /// <summary>Where the session started.</summary>
    public string Home { get; } = home;

    /// <summary>The working directory at the other side.</summary>
    public string Working { get; set; } = home;

    /// <summary>A word as an absolute path.</summary>
    public string Absolute(string path) => RemotePath.Absolute(path, Working);

    /// <summary>A word as an absolute pattern.</summary>
    public string AbsolutePattern(string word) => RemotePath.Absolute(word, Glob.Escape(Working));

    /// <summary>What a pattern stands for, or the path itself where there is nothing, so that the server says so.</summary>
    public async Task<IReadOnlyList<string>> FindOrTakeAsync(string word, CancellationToken ct)
    {
        string pattern = AbsolutePattern(word);
        List<GlobMatch> found = await Glob.FindAsync(Tree, pattern).WaitAsync(ct).ConfigureAwait(false);
        return found.Count == 0 ? [Glob.Unescape(pattern)] : [.. found.Select(static match => match.Path.Length > 1 ? match.Path.TrimEnd('/') : match.Path)];
    }

    /// <summary>Does something and says what failed.</summary>
    /// <returns>False when it failed.</returns>
    public async Task<bool> DoAsync(Func<Task> action, string what)
    {
        try
        {
            await action().ConfigureAwait(false);
            return true;
        }
        catch (SftpException error)
        {
            return Fail($"{what}: {error.Message}");
        }
    }

    /// <summary>Says what failed; returns false.</summary>
    public bool Fail(string line)
    {
        Reporter.Fail(line);
        return false;
    }
}
