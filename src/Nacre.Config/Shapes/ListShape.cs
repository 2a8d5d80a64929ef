using Nacre.Config.Files;

namespace Nacre.Config.Shapes;

/// <summary>Reads one item of a list; reports to the reader what is wrong with it.</summary>
internal delegate bool ItemReader<T>(ArgumentReader arguments, string word, out T? item);

/// <summary>A list of words, on one line or on many.</summary>
internal sealed class ListShape<T>(string syntax, ItemReader<T> readItem, Func<T, string> printItem) : ValueShape<IReadOnlyList<T>>
{
    public override string Syntax => syntax;

    /// <summary>Whether later lines add to the first one.</summary>
    public bool Grows { get; init; }

    /// <summary>Whether a line holds one item, rather than as many as it likes.</summary>
    public bool IsOnePerLine { get; init; }

    /// <summary>Whether the dump prints one line for all.</summary>
    public bool IsPrintedOnOneLine { get; init; }

    /// <summary>The most items.</summary>
    public int Most { get; init; } = 1024;

    /// <summary>What to say of one item too many.</summary>
    public string TooMany { get; init; } = "too many {0} entries.";

    /// <summary>What to say when there is no item.</summary>
    public string Missing { get; init; } = "Missing argument.";

    /// <summary>Whether a line without items is as if nothing were said, rather than an error.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>Whether "none" must be the only item.</summary>
    public bool NoneStandsAlone { get; init; }

    /// <summary>Whether the one word "none" is an empty list, and is printed for one.</summary>
    public bool NoneIsEmpty { get; init; }

    /// <summary>Whether nothing is printed for an empty list, even where that is what "none" means.</summary>
    public bool HidesNone { get; init; }

    /// <summary>Puts an item into the list, or gives the reason why not; by default an item that is there already is left out.</summary>
    public Func<List<T>, T, string?> Insert { get; init; } = static (items, item) =>
    {
        if (!items.Contains(item))
            items.Add(item);
        return null;
    };

    /// <summary>Expands one item.</summary>
    public Func<T, Func<string, TokenRules, string>, TokenRules, T>? ExpandItem { get; init; }

    /// <summary>An item as it is read back; by default one word.</summary>
    public Func<T, string> WriteItem { get; init; } = item => ConfigLine.Quote(printItem(item));

    public override bool Accumulates => Grows;

    public override bool TryRead(ArgumentReader arguments, out IReadOnlyList<T>? value)
    {
        value = null;
        List<T> items = [];
        if (MayBeEmpty && arguments.AtEnd)
        {
            arguments.LeavesUnset = true;
            return true;
        }

        bool hasNone = (NoneIsEmpty || NoneStandsAlone) && arguments.Contains("none");
        if (hasNone && !arguments.IsOnlyOne)
            return arguments.Fail($"keyword {arguments.Keyword} \"none\" argument must appear alone.");
        if (hasNone && NoneIsEmpty)
        {
            arguments.TakeRest();
            value = items;
            return true;
        }

        do
        {
            if (arguments.Next() is not { } word)
                return arguments.Fail(Format(Missing, arguments));
            if (!readItem(arguments, word, out T? item))
                return false;
            items.Add(item!);
        }
        while (!IsOnePerLine && !arguments.AtEnd);

        value = items;
        return Grows || TryCombine([], items, arguments, out value);
    }

    public override bool TryCombine(IReadOnlyList<T>? earlier, IReadOnlyList<T> later, ArgumentReader? arguments, out IReadOnlyList<T>? combined)
    {
        List<T> items = [.. earlier ?? []];
        combined = items;
        foreach (T item in later)
        {
            string? complaint = Insert(items, item);
            if (complaint is null && items.Count > Most)
                complaint = arguments is null ? "" : Format(TooMany, arguments);
            if (complaint is not null)
                return arguments is not null && arguments.Fail(complaint);
        }

        return true;
    }

    public override IEnumerable<string> Print(IReadOnlyList<T> value)
    {
        if (value.Count == 0)
            return NoneIsEmpty && !HidesNone ? ["none"] : [];
        return IsPrintedOnOneLine ? [string.Join(' ', value.Select(printItem))] : value.Select(printItem);
    }

    public override IEnumerable<string> Write(IReadOnlyList<T> value)
    {
        if (value.Count == 0)
            return NoneIsEmpty ? ["none"] : [];
        IEnumerable<string> items = value.Select(WriteItem);
        return IsOnePerLine ? items : [string.Join(' ', items)];
    }

    public override IReadOnlyList<T> Expand(IReadOnlyList<T> value, Func<string, TokenRules, string> expand, TokenRules rules) =>
        ExpandItem is null ? value : [.. value.Select(item => ExpandItem(item, expand, rules))];

    private static string Format(string message, ArgumentReader arguments) =>
        message.Replace("{0}", arguments.Keyword, StringComparison.Ordinal);
}
