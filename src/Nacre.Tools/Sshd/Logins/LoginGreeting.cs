using System.Globalization;
using System.Text;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>What a person sees between the login and the shell: what PAM had to say, when they were here last, and the message of the day.</summary>
internal static class LoginGreeting
{
    private const string MessageOfTheDay = "/etc/motd";
    private const int LongestMessage = 64 * 1024;

    /// <summary>Whether the user has asked to be greeted by nothing.</summary>
    public static bool IsHushed(UserAccount account)
    {
        using FileIdentity identity = FileIdentity.Assume(account);
        return FileStatus.TryOfPath($"{account.Home.TrimEnd('/')}/.hushlogin", out _);
    }

    /// <summary>The greeting with the line ends of a terminal; empty when there is nothing to say.</summary>
    /// <param name="messages">What PAM and the account have to say; the administrator's modules may use colours.</param>
    /// <param name="last">When the user was here last; null to say nothing of it.</param>
    /// <param name="hasMotd">Whether to show the message of the day.</param>
    public static string Of(string messages, LastLogin? last, bool hasMotd)
    {
        var text = new StringBuilder(messages);
        if (last is not null) text.Append(CultureInfo.InvariantCulture, $"Last login: {TimeText(last.Time)}{(last.Host.Length > 0 ? " from " + Printable.Escape(last.Host) : "")}\n");
        if (hasMotd) text.Append(Motd());
        return text.Replace("\r\n", "\n").Replace("\n", "\r\n").ToString();
    }

    /// <summary>A time as ctime(3) writes it, in this machine's zone.</summary>
    internal static string TimeText(DateTimeOffset time)
    {
        DateTimeOffset local = TimeZoneInfo.ConvertTime(time, TimeZoneInfo.Local);
        string day = local.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2);
        return local.ToString("ddd MMM ", CultureInfo.InvariantCulture) + day + local.ToString(" HH:mm:ss yyyy", CultureInfo.InvariantCulture);
    }

    private static string Motd()
    {
        try
        {
            return Encoding.UTF8.GetString(FileSafety.Read(MessageOfTheDay, LongestMessage, out _));
        }
        catch (Exception error) when (error is UnixException or InvalidDataException)
        {
            // There is no message today.
            return "";
        }
    }
}
