using Nacre.Config.Values;
using Nacre.Protocol.Transport;

namespace Nacre.Config.Connections;

/// <summary>Turns RekeyLimit, which both ends have, into the policy of a transport.</summary>
internal static class Rekeying
{
    public static RekeyPolicy PolicyOf(RekeyLimit limit) => RekeyPolicy.Default with
    {
        Bytes = limit.Bytes > 0 ? limit.Bytes : RekeyPolicy.Default.Bytes,
        Seconds = limit.Interval > TimeSpan.Zero ? (long)limit.Interval.TotalSeconds : RekeyPolicy.Default.Seconds,
    };
}
