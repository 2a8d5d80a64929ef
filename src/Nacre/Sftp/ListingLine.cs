using System.Globalization;
using Nacre.Protocol.Sftp;

namespace Nacre.Sftp;

/// <summary>Writes the line that <c>ls -l</c> prints of a file, in OpenSSH's columns.</summary>
internal sealed class ListingLine(TimeProvider clock)
{
    private const string Permissions = "rwxrwxrwx";
    private const uint TypeMask = 0xf000, SetUser = 0x800, SetGroup = 0x400, Sticky = 0x200;

    // A time within half a year is shown with its hour, an older or a future one with its year.
    private static readonly TimeSpan Recent = TimeSpan.FromDays(365) / 2;

    private readonly DateTimeOffset _now = clock.GetUtcNow();

    /// <summary>The line of a file; an owner without a name is shown as a number.</summary>
    public string Of(string name, SftpAttributes attributes, ulong links, string? user, string? group)
    {
        Span<char> mode = stackalloc char[Permissions.Length + 1];
        WriteMode(attributes.Permissions ?? 0, mode);
        user ??= (attributes.Uid ?? 0).ToString(CultureInfo.InvariantCulture);
        group ??= (attributes.Gid ?? 0).ToString(CultureInfo.InvariantCulture);
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(attributes.ModificationTime ?? 0);
        bool isRecent = _now - time < Recent && time <= _now;
        DateTimeOffset local = TimeZoneInfo.ConvertTime(time, clock.LocalTimeZone);
        CultureInfo plain = CultureInfo.InvariantCulture;
        return string.Create(plain, $"{mode}  {links,3} {user,-8} {group,-8} {attributes.Size ?? 0,8} {local:MMM} {local.Day,2} {(isRecent ? local.ToString("HH:mm", plain) : local.ToString(" yyyy", plain))} {name}");
    }

    private static void WriteMode(uint mode, Span<char> text)
    {
        text[0] = (mode & TypeMask) switch
        {
            0x8000 => '-',
            0x4000 => 'd',
            0xa000 => 'l',
            0x6000 => 'b',
            0x2000 => 'c',
            0x1000 => 'p',
            0xc000 => 's',
            _ => '?',
        };
        for (int i = 0; i < Permissions.Length; i++) text[i + 1] = (mode & (0x100u >> i)) != 0 ? Permissions[i] : '-';
        if ((mode & SetUser) != 0) text[3] = text[3] == 'x' ? 's' : 'S';
        if ((mode & SetGroup) != 0) text[6] = text[6] == 'x' ? 's' : 'S';
        if ((mode & Sticky) != 0) text[9] = text[9] == 'x' ? 't' : 'T';
    }
}
