using Nacre.Config.Values;

namespace Nacre.Config;

/// <summary>Looks host names up for CanonicalizeHostname; tests have their own hosts.</summary>
internal interface IHostLookup
{
    /// <summary>Whether a name has an address.</summary>
    /// <param name="name">The name; one with a dot at its end is complete and no search list applies to it.</param>
    /// <param name="family">The addresses that count.</param>
    /// <param name="canonicalName">The name behind an alias, or an empty text where the resolver tells none.</param>
    /// <param name="error">Why there is none, in the resolver's words.</param>
    bool TryResolve(string name, AddressFamilyChoice family, out string canonicalName, out string error);
}
