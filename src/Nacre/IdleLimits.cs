namespace Nacre;

/// <summary>How long channels may be idle before they are closed.</summary>
/// <param name="Of">By the type of a channel; zero for as long as it likes.</param>
/// <param name="Global">How long all of them together may be; zero for as long as they like.</param>
/// <param name="Shortest">The shortest limit that there is.</param>
internal sealed record IdleLimits(Func<string, TimeSpan> Of, TimeSpan Global, TimeSpan Shortest);
