using System.Collections;
using System.Globalization;
using System.Text;

namespace Nacre.Config;

/// <summary>How much a <see cref="ConfigDiagnostic"/> matters.</summary>
internal enum ConfigSeverity
{
    Debug,
    Warning,
    Error,
}

/// <summary>One line about a configuration, fit for a terminal or a log.</summary>
internal readonly record struct ConfigDiagnostic(ConfigSeverity Severity, string Text);

/// <summary>
/// Collects what the reading of a configuration has to say, in order. Control characters are made visible here, once, since
/// a line may quote a file that its reader did not write.
/// </summary>
internal sealed class ConfigDiagnostics : IReadOnlyList<ConfigDiagnostic>
{
    private readonly List<ConfigDiagnostic> lines = [];

    public int Count => lines.Count;

    public bool HasErrors { get; private set; }

    public ConfigDiagnostic this[int index] => lines[index];

    public void Debug(string text) => Add(ConfigSeverity.Debug, text);

    public void Warning(string text) => Add(ConfigSeverity.Warning, text);

    public void Error(string text)
    {
        HasErrors = true;
        Add(ConfigSeverity.Error, text);
    }

    public IEnumerator<ConfigDiagnostic> GetEnumerator() => lines.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Add(ConfigSeverity severity, string text) => lines.Add(new ConfigDiagnostic(severity, Visible(text)));

    private static string Visible(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.AsSpan().ContainsAnyInRange('\u007f', '\u009f'))
            return text;
        var visible = new StringBuilder();
        foreach (char c in text)
        {
            if (char.IsControl(c))
                visible.Append('\\').Append(Convert.ToString(c, 8).PadLeft(3, '0'));
            else
                visible.Append(c);
        }

        return visible.ToString();
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Count} lines{(HasErrors ? ", with errors" : "")}");
}
