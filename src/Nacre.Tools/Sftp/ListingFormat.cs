using System.Globalization;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.Shared;

namespace Nacre.Tools.Sftp;

/// <summary>Makes the lines of ls.</summary>
internal static class ListingFormat
{
    private static readonly TimeSpan HalfYear = TimeSpan.FromDays(182.5);

    /// <summary>A line of ls -l.</summary>
    /// <param name="name">The name as it is to be shown.</param>
    /// <param name="attributes">What is known of the file.</param>
    /// <param name="user">What people call its owner; null for the number.</param>
    /// <param name="group">The same of its group.</param>
    /// <param name="isScaled">The size with a unit.</param>
    /// <param name="now">What the time of the last change is compared with.</param>
    public static string Long(string name, SftpAttributes attributes, string? user, string? group, bool isScaled, DateTimeOffset now)
    {
        user ??= attributes.Uid?.ToString(CultureInfo.InvariantCulture) ?? "0";
        group ??= attributes.Gid?.ToString(CultureInfo.InvariantCulture) ?? "0";
        string size = isScaled ? ByteCount.Scaled(attributes.Size ?? 0) : (attributes.Size ?? 0).ToString(CultureInfo.InvariantCulture);
        return $"{Mode(attributes.Permissions ?? 0)}    ? {user,-8} {group,-8} {size,8} {Time(attributes.ModificationTime ?? 0, now)} {name}";
    }

    /// <summary>The two words of a server's own line that name owner and group; all that is taken of such a line (P-SFTP-6).</summary>
    public static (string? User, string? Group) OwnersIn(string longName)
    {
        string[] words = longName.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 8 ? (words[2], words[3]) : (null, null);
    }

    /// <summary>Names in columns, as many as fit.</summary>
    public static IEnumerable<string> Columns(IReadOnlyList<string> names, int longest, int width)
    {
        int columns = Math.Max(1, width / (longest + 2));
        int space = width / columns;
        var line = new StringBuilder();
        for (int i = 0; i < names.Count; i++)
        {
            line.Append(names[i]).Append(' ', Math.Max(0, space - TextWidth.Of(names[i])));
            if (i % columns != columns - 1 && i != names.Count - 1) continue;
            yield return line.ToString();
            line.Clear();
        }
    }

    private static string Mode(uint mode)
    {
        char type = (mode & 0xf000) switch
        {
            0x4000 => 'd',
            0xa000 => 'l',
            0x2000 => 'c',
            0x6000 => 'b',
            0x1000 => 'p',
            0xc000 => 's',
            0x8000 => '-',
            _ => '?',
        };
        var text = new StringBuilder(10).Append(type);
        for (int bit = 8; bit >= 0; bit--) text.Append((mode & (1u << bit)) != 0 ? "xwr"[bit % 3] : '-');
        if ((mode & 0x800) != 0) text[3] = text[3] == 'x' ? 's' : 'S';
        if ((mode & 0x400) != 0) text[6] = text[6] == 'x' ? 's' : 'S';
        if ((mode & 0x200) != 0) text[9] = text[9] == 'x' ? 't' : 'T';
        return text.ToString();
    }

    // A time to come is shown as a recent one.
    private static string Time(uint seconds, DateTimeOffset now)
    {
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(seconds).ToLocalTime();
        string day = time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2);
        return time.ToString("MMM ", CultureInfo.InvariantCulture) + day + time.ToString(now - time < HalfYear ? " HH:mm" : "  yyyy", CultureInfo.InvariantCulture);
    }
}
