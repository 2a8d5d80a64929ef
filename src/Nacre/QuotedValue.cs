using System.Text;

namespace Nacre;

/// <summary>Reads the value of an option in authorized_keys or a list of allowed signers: text in double quotes, where \" stands for a quote.</summary>
internal static class QuotedValue
{
    /// <summary>Takes a value from the start of what is left of a line; false with the reason, in OpenSSH's words, where there is none.</summary>
    public static bool TryTake(ref ReadOnlySpan<char> rest, out string value, out string fault)
    {
        (value, fault) = ("", "missing start quote");
        if (!rest.StartsWith('"')) return false;
        var text = new StringBuilder();
        for (int i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                rest = rest[(i + 1)..];
                (value, fault) = (text.ToString(), "");
                return true;
            }

            if (rest[i] == '\\' && i + 1 < rest.Length && rest[i + 1] == '"') i++;
            text.Append(rest[i]);
        }

        fault = "missing end quote";
        return false;
    }
}
