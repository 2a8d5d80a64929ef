namespace Nacre.Unix;

/// <summary>What the shadow file says about an account's password and expiry; days are counted from 1970-01-01.</summary>
/// <param name="Hash">The password's hash, or what stands in its place.</param>
/// <param name="LastChangeDay">When it was changed last; 0 asks for a change at the next login.</param>
/// <param name="MaximumDays">After how many days it must be changed; negative for never.</param>
/// <param name="ExpireDay">When the account expires; negative or 0 for never.</param>
internal sealed record ShadowEntry(string Hash, long LastChangeDay, long MaximumDays, long ExpireDay)
{
    /// <summary>How many days before either end people are told of it.</summary>
    public long WarnDays { get; init; }

    /// <summary>Whether passwd -l has locked the account: then no method of logging in is open to it.</summary>
    public bool IsLocked => Hash.StartsWith('!');

    /// <summary>Whether the account is past its last day.</summary>
    public bool IsAccountExpired(long today) => ExpireDay > 0 && today > ExpireDay;

    /// <summary>Whether the password must be changed before it may be used.</summary>
    public bool IsPasswordExpired(long today) => LastChangeDay == 0 || (Ages && today > LastChangeDay + MaximumDays);

    /// <summary>What to tell somebody whose account or password ends within the days of warning; both may.</summary>
    public IEnumerable<string> Warnings(long today)
    {
        if (ExpireDay > 0 && Warning("account", ExpireDay - today) is { } ofAccount)
            yield return ofAccount;
        if (Ages && Warning("password", LastChangeDay + MaximumDays - today) is { } ofPassword)
            yield return ofPassword;
    }

    private bool Ages => LastChangeDay > 0 && MaximumDays >= 0;

    private string? Warning(string what, long daysLeft) => daysLeft switch
    {
        0 => $"Your {what} will expire at the end of today.",
        > 0 when daysLeft <= WarnDays => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Your {what} will expire in {daysLeft} day{(daysLeft == 1 ? "" : "s")}."),
        _ => null,
    };
}
