using System.Text;
using Nacre.Config;

namespace Nacre.Tools.Manuals;

/// <summary>The program `nacre manual`: prints the reference of a tool or of a configuration, as their tables have it.</summary>
internal static class ManualApplet
{
    /// <summary>The configurations that have a reference, by the names of their manual pages.</summary>
    private static readonly Dictionary<string, KeywordTable> Configurations = new()
    {
        ["ssh_config"] = ClientKeywords.Table,
        ["sshd_config"] = ServerKeywords.Table,
    };

    public static int Run(string[] arguments)
    {
        if (arguments is [var topic] && Find(topic) is { } text)
        {
            Console.Out.Write(text);
            return 0;
        }

        Console.Error.WriteLine($"usage: nacre manual TOPIC\nThe topics: {string.Join(' ', Topics)}");
        return 2;
    }

    /// <summary>What there is a reference of.</summary>
    internal static IEnumerable<string> Topics => [.. Program.Applets.Where(static tool => tool.Flags is not null).Select(static tool => tool.Name), .. Configurations.Keys];

    /// <summary>The reference of a topic; null for one that is none.</summary>
    internal static string? Find(string topic) =>
        Configurations.TryGetValue(topic, out KeywordTable? keywords) ? Manual.Write(keywords)
        : Program.Applets.FirstOrDefault(tool => tool.Name == topic) is { Flags: { } flags } found ? Write(found, flags())
        : null;

    private static string Write(Applet tool, FlagTable flags)
    {
        var text = new StringBuilder();
        text.Append(tool.Name).Append(": ").Append(tool.Summary).Append("\n\n").Append(flags.Usage);
        foreach (Flag flag in flags.Flags.Where(static flag => !flag.IsHidden))
        {
            text.Append("\n-").Append(flag.Letter);
            if (flag.Word is { } word) text.Append(", --").Append(word);
            if (flag.Value is { } value) text.Append(' ').Append(value);
            text.Append("\n    ").Append(flag.Help).Append('\n');
        }

        return text.ToString();
    }
}
