using System.Text;
using Nacre.Config.Values;
using Nacre.Tools.Shared;
using Nacre.Tools.Sshd.Logins;
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
        InlineCompletions.UseInServer();
        return RunAsync().GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync()
    {
        using var link = new ChildLink();
        using LinkMessage? begin = await link.ReadAsync().ConfigureAwait(false);
        if (begin is null) return 0;
        SshdLog log = link.Log((LogLevel)begin.Read<BeginMessage>().LogLevel);
        PamSurroundings surroundings = PamSurroundings.Own();
        UserAccount account;
        try
        {
            account = Become(link, begin.Read<BeginMessage>(), surroundings);
        }
        catch (UnixException error)
        {
            log.Fatal($"a session process cannot become its user: {error.Message}");
            return 1;
        }

        await new SessionConnections(link, account, begin.Read<BeginMessage>().StaysRoot, surroundings, log).ServeAsync().ConfigureAwait(false);
        return 0;
    }

    /// <summary>Becomes the user for good. There is no socket of a client's in this process yet.</summary>
    private static UserAccount Become(ChildLink link, BeginMessage begin, PamSurroundings surroundings)
    {
        var account = new UserAccount(
            Encoding.UTF8.GetString(begin.UserName), begin.Uid, begin.Gid, Encoding.UTF8.GetString(begin.FullName), Encoding.UTF8.GetString(begin.Home), Encoding.UTF8.GetString(begin.Shell));
        // Where PAM has set groups, those hold.
        if (!begin.StaysRoot) Privileges.DropForGood(account.Uid, account.Gid, surroundings.IsOpen ? Users.CurrentGroups : Users.GroupsOf(account));
        var ready = default(ReadyMessage);
        link.Link.Send(0, ref ready);
        return account;
    }
}
