using System.Diagnostics.CodeAnalysis;
using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Algorithms.KeyExchanges;

/// <summary>What the methods have in common: refusing a share, and the shared secret as an mpint.</summary>
internal static class Share
{
    [DoesNotReturn]
    public static void Refuse(string method, string why) =>
        throw new SshViolationException(Violation.BadKeyExchangeValue, $"The {method} share {why}.");

    public static void CheckLength(string method, ReadOnlySpan<byte> share, int length)
    {
        if (share.Length != length) Refuse(method, $"has {share.Length} bytes instead of {length}");
    }

    /// <summary>
    /// The contents of an mpint of this magnitude. RFC 4251 5: leading zeros are left out, and a first bit of one gets a zero byte before it.
    /// </summary>
    public static Secret ToMpint(ReadOnlySpan<byte> magnitude)
    {
        var contents = new Secret(Mpint.ContentsLength(magnitude));
        Mpint.WriteContents(magnitude, contents.Span);
        return contents;
    }

    public static InvalidOperationException NotBegun() => new("Finish comes after Begin, which makes the keys.");
}
