namespace Nacre.Certificates;

/// <summary>How long the certificates of an authority hold.</summary>
/// <remarks>
/// Short lives are the first means against lost keys: what has expired needs no revocation. The longest of these times is also how long an
/// authority's key stays trusted after another has taken its place.
/// </remarks>
public sealed record CertificateAuthorityOptions
{
    /// <summary>How long users' certificates hold at most: 16 hours, a day's work.</summary>
    public TimeSpan UserLifetime { get; init; } = TimeSpan.FromHours(16);

    /// <summary>How long hosts' certificates hold at most: 30 days.</summary>
    public TimeSpan HostLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How far the clocks of those who read certificates may be behind or ahead of this one: five minutes.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>After this time no certificate holds that was issued before.</summary>
    internal TimeSpan LongestLife => (UserLifetime > HostLifetime ? UserLifetime : HostLifetime) + ClockSkew;
}
