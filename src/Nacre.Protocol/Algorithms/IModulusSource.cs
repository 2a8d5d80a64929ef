namespace Nacre.Protocol.Algorithms;

/// <summary>Where a server takes the groups for diffie-hellman-group-exchange from (RFC 4419).</summary>
internal interface IModulusSource
{
    /// <summary>A safe prime of at least <paramref name="min"/> and at most <paramref name="max"/> bits, nearest to the preferred size, with its generator.</summary>
    (byte[] Prime, byte[] Generator) Choose(int min, int preferred, int max);
}
