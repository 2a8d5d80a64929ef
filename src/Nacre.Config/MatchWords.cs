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

    public bool TryNextValue(out string value)
    {
        value = pendingValue ?? (next < words.Count ? words[next++] : "");
        pendingValue = null;
        return value.Length > 0;
    }
}
