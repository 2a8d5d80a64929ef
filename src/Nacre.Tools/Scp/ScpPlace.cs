using Nacre.Config;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Scp;

/// <summary>A source or a target of scp.</summary>
/// <param name="Machine">Where it is; null for this machine.</param>
/// <param name="Path">Its path; of a source at another machine, a pattern.</param>
internal sealed record ScpPlace(Destination? Machine, string Path)
{
    private const string Scheme = "scp";

    public bool IsLocal => Machine is null;

    /// <summary>Reads a place: [user@]host:path, scp://[user@]host[:port][/path], or a path of this machine.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="place">The place.</param>
    /// <param name="error">Why there is none, in OpenSSH's words where it has any.</param>
    public static bool TryParse(string text, out ScpPlace place, out string error)
    {
        place = new ScpPlace(null, text);
        error = "";
        bool isUri = text.StartsWith(Scheme + "://", StringComparison.Ordinal);
        (string machine, string path) = (text, "");
        if (!isUri && !RemotePlace.TrySplit(text, out machine, out path)) return true;
        string plain = isUri ? text : RemotePlace.WithoutBrackets(machine);
        if (!Destination.TryParse(plain, out Destination? destination, out error, Scheme))
        {
            string user = machine[..Math.Max(0, machine.LastIndexOf('@'))];
            if (isUri) error = $"{text}: invalid uri";
            else if (user.Length > 0 && !Destination.IsValidUser(user)) error = $"{user}: invalid user name";
            else error = $"{text}: {error}";
            return false;
        }

        string named = destination!.Path ?? path;
        place = new ScpPlace(destination with { Path = null }, named.Length > 0 ? named : ".");
        return true;
    }
}
