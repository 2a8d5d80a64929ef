using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Keys;

/// <summary>Keys for tests, by algorithm, and the fields to build hostile ones from.</summary>
internal static class SampleKeys
{
    /// <summary>The algorithms of keys that can be made here; those of security keys have tests of their own.</summary>
    public static IEnumerable<KeyAlgorithm> Rows => KeyAlgorithm.Plain.Where(row => !row.KeyType.StartsWith("sk-", StringComparison.Ordinal));

    public static PrivateKey New(string algorithm) => algorithm switch
    {
        KeyAlgorithm.Ed25519 => PrivateKey.GenerateEd25519(),
        KeyAlgorithm.EcdsaP256 => PrivateKey.GenerateEcdsa(256),
        KeyAlgorithm.EcdsaP384 => PrivateKey.GenerateEcdsa(384),
        KeyAlgorithm.EcdsaP521 => PrivateKey.GenerateEcdsa(521),
        _ => PrivateKey.GenerateRsa(1024),
    };

    /// <summary>The order of a curve's group from the base library's own table, so that ours is checked against it.</summary>
    public static byte[] OrderOf(EcdsaCurve curve)
    {
        using ECDsa named = ECDsa.Create(curve.Curve);
        return named.ExportExplicitParameters(false).Curve.Order!.AsSpan().TrimStart((byte)0).ToArray();
    }

    public static byte[] Field(ReadOnlySpan<byte> contents)
    {
        byte[] field = new byte[4 + contents.Length];
        BinaryPrimitives.WriteInt32BigEndian(field, contents.Length);
        contents.CopyTo(field.AsSpan(4));
        return field;
    }

    public static byte[] Number(ReadOnlySpan<byte> magnitude)
    {
        byte[] contents = new byte[Mpint.ContentsLength(magnitude)];
        Mpint.WriteContents(magnitude, contents);
        return Field(contents);
    }
}
