using Nacre.Config;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Scp;

/// <summary>A source or a target of scp.</summary>
/// <param name="Machine">Where it is; null for this machine.</param>
/// <param name="Path">Its path; of a source at another machine, a pattern.</param>
internal sealed record ScpPlace(Destination? Machine, string Path)
{
    public bool IsLocal => Machine is null;

    /// <summary>Reads a place: [user@]host:path, scp://[user@]host[:port][/path], or a path of this machine.</summary>
    /// <exception cref="UsageException">It names a machine, but none that there can be.</exception>
    public static ScpPlace Parse(string text)
    {
        bool isUri = text.StartsWith("scp://", StringComparison.Ordinal);
        (string place, string path) = (text, "");
        if (!isUri && !RemotePlace.TrySplit(text, out place, out path)) return new ScpPlace(null, text);
        if (!Destination.TryParse(RemotePlace.WithoutBrackets(place), out Destination? machine, out string error, "scp")) throw new UsageException(error);
        return new ScpPlace(machine, FromHome(machine!.Path is { Length: > 0 } named ? named : path));
    }

    // A session starts in the home directory, so ~ needs no word from the server.
    private static string FromHome(string path)
    {
        if (path.Length == 0 || path == "~") return ".";
        if (path.StartsWith("~/", StringComparison.Ordinal)) return path.TrimEnd('/') == "~" ? "." : path[2..].TrimStart('/');
        return path.StartsWith('~') ? throw new UsageException($"{path}: the home directories of other users have no short form; write the whole path") : path;
    }
}
