namespace Nacre.Tools.Sftp;

/// <summary>How ls shows what it lists.</summary>
internal sealed record ListingView
{
    public bool IsLong { get; private init; }

    /// <summary>One name a line.</summary>
    public bool IsSingle { get; private init; }

    /// <summary>Owners and groups by their numbers.</summary>
    public bool IsNumeric { get; private init; }

    /// <summary>Sizes with units.</summary>
    public bool IsScaled { get; private init; }

    /// <summary>Names that begin with a dot too.</summary>
    public bool ShowsAll { get; private init; }

    public bool IsReversed { get; private init; }

    public ListingOrder Order { get; private init; } = ListingOrder.Name;

    /// <summary>Reads the letters of ls, of which later ones overrule earlier ones.</summary>
    public static ListingView Of(string flags)
    {
        var view = new ListingView();
        foreach (char letter in flags)
        {
            view = letter switch
            {
                '1' => view with { IsSingle = true, IsLong = false, IsNumeric = false, IsScaled = false },
                'l' => view with { IsSingle = false, IsLong = true },
                'n' => view with { IsSingle = false, IsLong = true, IsNumeric = true },
                'h' => view with { IsScaled = true },
                'a' => view with { ShowsAll = true },
                'r' => view with { IsReversed = true },
                'f' => view with { Order = ListingOrder.AsItComes },
                't' => view with { Order = ListingOrder.Time },
                'S' => view with { Order = ListingOrder.Size },
                _ => throw new InvalidOperationException($"ls takes no flag -{letter}"),
            };
        }

        return view;
    }
}

/// <summary>The order of a listing.</summary>
internal enum ListingOrder
{
    Name,

    /// <summary>The latest first.</summary>
    Time,

    /// <summary>The largest first.</summary>
    Size,

    /// <summary>That of the server.</summary>
    AsItComes,
}
