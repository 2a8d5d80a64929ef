using System.Collections.Concurrent;
using Nacre.Unix;

namespace Nacre.Sftp.Local;

/// <summary>The names of owners and groups, each asked of the system once.</summary>
internal sealed class AccountNames
{
    /// <summary>More names than this are not kept.</summary>
    private const int MostKept = 4096;

    private readonly ConcurrentDictionary<uint, string?> _users = new();
    private readonly ConcurrentDictionary<uint, string?> _groups = new();

    public string? User(uint uid) => NameOf(_users, uid, static number => Users.Find(number)?.Name);

    public string? Group(uint gid) => NameOf(_groups, gid, static number => Users.FindGroup(number)?.Name);

    private static string? NameOf(ConcurrentDictionary<uint, string?> known, uint number, Func<uint, string?> find)
    {
        if (known.TryGetValue(number, out string? name)) return name;
        try
        {
            name = find(number);
        }
        catch (UnixException)
        {
            return null; // The name service does not answer; the number is still there.
        }

        if (known.Count < MostKept) known.TryAdd(number, name);
        return name;
    }
}
