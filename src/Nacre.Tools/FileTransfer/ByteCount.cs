using System.Globalization;

namespace Nacre.Tools.FileTransfer;

/// <summary>Numbers of bytes in a few characters, in powers of 1024.</summary>
internal static class ByteCount
{
    private const string Units = "BKMGTPE";

    /// <summary>As ls -h shows it: 783B, 4.0K, 123M.</summary>
    public static string Scaled(ulong bytes)
    {
        double value = bytes;
        int unit = 0;
        for (; value >= 1024 && unit < Units.Length - 1; unit++) value /= 1024;
        string format = unit == 0 || value >= 99.95 ? "0" : "0.0";
        return value.ToString(format, CultureInfo.InvariantCulture) + Units[unit];
    }

    /// <summary>As the progress meter shows what is done, in six columns: "  12MB".</summary>
    public static string Short(long bytes)
    {
        int unit = 0;
        for (; bytes >= 10_000 && unit < Units.Length - 1; unit++) bytes = (bytes + 512) / 1024;
        string unitText = unit == 0 ? "  " : Units[unit] + "B";
        return bytes.ToString(CultureInfo.InvariantCulture).PadLeft(4) + unitText;
    }

    /// <summary>As the progress meter shows a rate, in seven columns: "  1.5MB".</summary>
    public static string Rate(double bytes)
    {
        double value = bytes / 1024;
        int unit = 1;
        for (; value >= 1000 && unit < Units.Length - 1; unit++) value /= 1024;
        return value.ToString("0.0", CultureInfo.InvariantCulture).PadLeft(5) + Units[unit] + "B";
    }
}
