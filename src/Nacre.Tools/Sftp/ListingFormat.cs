using System.Globalization;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Sftp;

/// <summary>Makes the lines of ls.</summary>
internal static class ListingFormat
{
    private static readonly TimeSpan HalfYear = TimeSpan.FromDays(182.5);

    /// <summary>A line of ls -l. Of the server's own line only the two words that name the owner are taken (P-SFTP-6).</summary>
    public static string Long(string name, SftpAttributes attributes, string longName, bool isNumeric, bool isScaled, DateTimeOffset now)
    {
        string[] words = isNumeric ? [] : longName.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string user = words.Length > 8 ? words[2] : attributes.Uid?.ToString(CultureInfo.InvariantCulture) ?? "?";
        string group = words.Length > 8 ? words[3] : attributes.Gid?.ToString(CultureInfo.InvariantCulture) ?? "?";
        string size = isScaled ? ByteCount.Scaled(attributes.Size ?? 0) : (attributes.Size ?? 0).ToString(CultureInfo.InvariantCulture);
        return $"{Mode(attributes.Permissions ?? 0)}    ? {user,-8} {group,-8} {size,8} {Time(attributes.ModificationTime, now)} {name}";
    }

    /// <summary>Names in columns, as many as fit.</summary>
    public static IEnumerable<string> Columns(IReadOnlyList<string> names, int longest, int width)
    {
        int columns = Math.Max(1, width / (longest + 2));
        int space = Math.Min(width / columns, width);
        var line = new StringBuilder();
        for (int i = 0; i < names.Count; i++)
        {
            line.Append(names[i].PadRight(space));
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

    private static string Time(uint? seconds, DateTimeOffset now)
    {
        if (seconds is null) return "?           ";
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(seconds.Value).ToLocalTime();
        bool isRecent = now - time < HalfYear && time <= now;
        string day = time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2);
        return time.ToString("MMM ", CultureInfo.InvariantCulture) + day + time.ToString(isRecent ? " HH:mm" : "  yyyy", CultureInfo.InvariantCulture);
    }
}
