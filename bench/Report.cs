using System.Globalization;

namespace Nacre.Bench;

/// <summary>The table that the bench prints: ratios first, and the figures they were made of beside them.</summary>
internal sealed class Report
{
    private static readonly string[] Headings = ["measured", "ratio", "(range)", "ours", "OpenSSH", "", "target", ""];

    private readonly List<Row> _rows = [];

    /// <summary>What was measured where.</summary>
    public string Head { get; set; } = "";

    public void Add(Row row) => _rows.Add(row);

    public void Print(TextWriter writer)
    {
        List<string[]> lines = [Headings, .. _rows.Select(Cells)];
        int[] widths = [.. Enumerable.Range(0, Headings.Length).Select(column => lines.Max(line => line[column].Length))];
        writer.WriteLine(Head);
        writer.WriteLine();
        foreach (string[] line in lines)
        {
            IEnumerable<string> cells = line.Select((cell, column) => IsNumber(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            writer.WriteLine(string.Join("  ", cells).TrimEnd());
        }

        writer.WriteLine();
        writer.WriteLine("A ratio is ours by OpenSSH's: the median over the pairs, and in brackets the lowest and the highest. The figures that it is");
        writer.WriteLine("made of are medians of this run on this machine and mean nothing elsewhere. docs/bench.md says what each line is.");
    }

    private static bool IsNumber(int column) => column is >= 1 and <= 4;

    private static string[] Cells(Row row)
    {
        double? judged = row.Target is { IsOfRatio: true } ? row.Ratio?.Median : row.Ours;
        string verdict = row.Target is { } target && judged is { } figure ? (target.IsReachedBy(figure) ? "reached" : "MISSED") : row.Remark;
        string range = row.Ratio is { } ratio ? $"({Show(ratio.Lowest)}-{Show(ratio.Highest)})" : "";
        return [row.What, Show(row.Ratio?.Median), range, Show(row.Ours), Show(row.Stock), row.Unit, row.Target?.ToString() ?? "", verdict];
    }

    private static string Show(double? value) => value switch
    {
        null => "",
        >= 100 => value.Value.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("F1", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("F2", CultureInfo.InvariantCulture),
    };
}
