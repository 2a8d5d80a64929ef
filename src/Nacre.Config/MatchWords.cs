namespace Nacre.Config;

/// <summary>The words after Match, taken as criterion and value in turn; a = may stand between the two.</summary>
internal sealed class MatchWords(List<string> words)
{
    private int next;
    private string? pendingValue;

    public bool AtEnd => next >= words.Count && pendingValue is null;

    public bool TryNextName(out string name)
    {
        name = "";
        if (next >= words.Count)
            return false;
        name = words[next++];
        int equals = name.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
        {
            pendingValue = equals + 1 < name.Length ? name[(equals + 1)..] : null;
            name = name[..equals];
        }
        else if (next < words.Count && words[next].StartsWith('='))
        {
            pendingValue = words[next].Length > 1 ? words[next][1..] : null;
            next++;
        }

        return true;
    }

    /// <summary>The value of the criterion, which may be empty where the criterion allows it; false when there is none.</summary>
    public bool TryNextValue(out string value, bool mayBeEmpty = false)
    {
        bool isThere = pendingValue is not null || next < words.Count;
        value = pendingValue ?? (isThere ? words[next++] : "");
        pendingValue = null;
        return isThere && (mayBeEmpty || value.Length > 0);
    }
}
