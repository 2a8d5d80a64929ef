using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Nacre.Config.Values;
using Nacre.Tools.Shared;
using Nacre.Tools.Sshd.Monitor;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Session;

/// <summary>A session: the process that serves one user's connections, with that user's ids and no others.</summary>
internal static class SessionProcessProgram
{
    /// <summary>The first argument, by which the executable knows that it is a session.</summary>
    public const string Verb = "sshd-session";

    public static int Run()
    {
        Prctl.SetName(Verb);
        OpenFileLimit.Raise();
        InlineCompletions.UseInServer();
        return RunAsync().GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync()
    {
        using var link = new ChildLink();
        using LinkMessage? begin = await link.ReadAsync().ConfigureAwait(false);
        if (begin is null) return 0;
        SshdLog log = link.Log((LogLevel)begin.Read<BeginMessage>().LogLevel);
        SessionPlace place;
        try
        {
            place = Become(link, begin.Read<BeginMessage>());
        }
        catch (UnixException error)
        {
            log.Fatal($"a session process cannot become its user: {error.Message}");
            return 1;
        }

        await new SessionConnections(link, place, log).ServeAsync().ConfigureAwait(false);
        return 0;
    }

    /// <summary>Becomes the user for good, within the root directory that the user has. There is no socket of a client's in this process yet.</summary>
    private static SessionPlace Become(ChildLink link, BeginMessage begin)
    {
        var account = new UserAccount(
            Encoding.UTF8.GetString(begin.UserName), begin.Uid, begin.Gid, Encoding.UTF8.GetString(begin.FullName), Encoding.UTF8.GetString(begin.Home), Encoding.UTF8.GetString(begin.Shell));
        var records = new LoginRecords();

        // The groups are looked up while the database of groups is the machine's. Where PAM has set some, those hold.
        uint[] groups = begin.HasGroups ? ReadGroups(Encoding.ASCII.GetString(begin.Groups)) : Users.GroupsOf(account);
        SafeHandle? terminals = begin.Root.IsEmpty ? null : SessionRoot.Enter(Encoding.UTF8.GetString(begin.Root), records);
        if (!begin.StaysRoot) Privileges.DropForGood(account.Uid, account.Gid, groups);
        var ready = default(ReadyMessage);
        link.Link.Send(0, ref ready);
        return new SessionPlace(account, begin.StaysRoot, records, terminals);
    }

    private static uint[] ReadGroups(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(group => uint.Parse(group, NumberStyles.None, CultureInfo.InvariantCulture))];
}
