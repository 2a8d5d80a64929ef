using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tools.Sftp;

/// <summary>Remembers what people at the other side call owners and groups, and asks for what it does not know.</summary>
internal sealed class RemoteNames(SftpClient client)
{
    /// <summary>Numbers in one question: a message has room for the longest names that there are.</summary>
    private const int MostAtOnce = 256;

    private readonly Dictionary<uint, string?> _users = [];
    private readonly Dictionary<uint, string?> _groups = [];

    /// <summary>Whether the server tells names at all.</summary>
    public bool IsTold => client.Offers(SftpClient.NamesExtension);

    public string? User(uint? uid) => uid is { } number ? _users.GetValueOrDefault(number) : null;

    public string? Group(uint? gid) => gid is { } number ? _groups.GetValueOrDefault(number) : null;

    /// <summary>Learns the names of all owners and groups among some files.</summary>
    public async Task LearnAsync(IEnumerable<SftpAttributes> files, CancellationToken ct)
    {
        if (!IsTold) return;
        HashSet<uint> users = [], groups = [];
        foreach (SftpAttributes file in files)
        {
            if (file is not { Uid: { } uid, Gid: { } gid }) continue;
            if (!_users.ContainsKey(uid)) users.Add(uid);
            if (!_groups.ContainsKey(gid)) groups.Add(gid);
        }

        uint[] unknownUsers = [.. users], unknownGroups = [.. groups];
        for (int at = 0; at < Math.Max(unknownUsers.Length, unknownGroups.Length); at += MostAtOnce)
        {
            await AskAsync([.. unknownUsers.Skip(at).Take(MostAtOnce)], [.. unknownGroups.Skip(at).Take(MostAtOnce)], ct).ConfigureAwait(false);
        }
    }

    private async Task AskAsync(uint[] users, uint[] groups, CancellationToken ct)
    {
        IReadOnlyList<string?> userNames = [], groupNames = [];
        try
        {
            (userNames, groupNames) = await client.NamesOfAsync(users, groups, ct).ConfigureAwait(false);
        }
        catch (SftpException)
        {
            // A server may refuse it to this user: the numbers are shown then.
        }

        for (int i = 0; i < users.Length; i++) _users[users[i]] = i < userNames.Count ? userNames[i] : null;
        for (int i = 0; i < groups.Length; i++) _groups[groups[i]] = i < groupNames.Count ? groupNames[i] : null;
    }
}
