using System.Globalization;

namespace Nacre.Tools.FileTransfer;

/// <summary>Numbers of command lines as strtonum(3) reads them.</summary>
internal static class StrictNumber
{
    /// <summary>Reads a number from 1 to a bound.</summary>
    /// <returns>What is wrong with it, in that function's words; empty when nothing is.</returns>
    public static string Read(string text, long most, out long number)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)) return "invalid";
        return number < 1 ? "too small" : number > most ? "too large" : "";
    }
}
