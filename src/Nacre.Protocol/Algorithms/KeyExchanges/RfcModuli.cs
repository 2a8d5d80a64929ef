namespace Nacre.Protocol.Algorithms.KeyExchanges;

/// <summary>The published groups of RFC 3526 as a source for group exchange: what a server without a moduli file has.</summary>
internal sealed class RfcModuli : IModulusSource
{
    public static RfcModuli Instance { get; } = new();

    /// <summary>The groups, smallest first.</summary>
    public static IReadOnlyList<FiniteFieldGroup> Groups { get; } = [FiniteFieldGroup.Group14, FiniteFieldGroup.Group16, FiniteFieldGroup.Group18];

    private RfcModuli()
    {
    }

    // RFC 4419 3: "The server should return the smallest group it knows that is larger than the size the client requested. If the server
    // does not know a group that is larger than the client request, then it SHOULD return the largest group it knows."
    public (byte[] Prime, byte[] Generator) Choose(int min, int preferred, int max)
    {
        FiniteFieldGroup chosen = Groups[0];
        foreach (FiniteFieldGroup group in Groups)
        {
            if (group.Bits <= max) chosen = group;
            if (chosen.Bits >= preferred) break;
        }

        return (chosen.Prime.ToArray(), chosen.Generator.ToArray());
    }
}
