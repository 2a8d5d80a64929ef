using System.Numerics;
using System.Security.Cryptography;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>An RSA public key (RFC 4253 6.6), whose signatures RFC 8332 names.</summary>
internal sealed class RsaPublicKey : PublicKey
{
    /// <summary>The smallest modulus that is a key at all; what is acceptable is a policy (RequiredRSASize) above this.</summary>
    public const int MinBits = 1024;

    /// <summary>The largest modulus: verification takes time with the square of its size.</summary>
    public const int MaxBits = 16384;

    /// <summary>Larger exponents serve nothing but to make verification slow.</summary>
    public const int MaxExponentBits = 24;

    private static readonly string[] Algorithms = KeyAlgorithm.NamesOf(KeyAlgorithm.Rsa);

    private RsaPublicKey(ReadOnlyMemory<byte> blob, byte[] modulus, byte[] exponent)
        : base(KeyAlgorithm.Rsa, blob) => (Modulus, Exponent) = (modulus, exponent);

    /// <summary>n, big-endian without leading zeros.</summary>
    public ReadOnlyMemory<byte> Modulus { get; }

    /// <summary>e, big-endian without leading zeros.</summary>
    public ReadOnlyMemory<byte> Exponent { get; }

    public override string ShortType => "RSA";

    public override int Bits => BitLength(Modulus.Span);

    public override IReadOnlyList<string> SignatureAlgorithms => Algorithms;

    /// <summary>The key of two numbers from outside, big-endian without leading zeros.</summary>
    public static RsaPublicKey Of(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        int bits = BitLength(modulus);
        if (bits is < MinBits or > MaxBits) throw KeyFormatException.Damaged($"An RSA modulus has {MinBits} to {MaxBits} bits, not {bits}.");
        if ((modulus[^1] & 1) == 0) throw KeyFormatException.Damaged("The RSA modulus is even.");
        bool isExponent = BitLength(exponent) is > 1 and <= MaxExponentBits && (exponent[^1] & 1) == 1;
        if (!isExponent) throw KeyFormatException.Damaged($"The RSA exponent is not an odd number from 3 with at most {MaxExponentBits} bits.");
        var fields = new RsaKeyFields { Type = "ssh-rsa"u8, Exponent = exponent, Modulus = modulus };
        return new RsaPublicKey(Message.WriteRecord(ref fields), modulus.ToArray(), exponent.ToArray());
    }

    public static RsaPublicKey Read(ReadOnlySpan<byte> blob)
    {
        RsaKeyFields fields = Message.ReadRecord<RsaKeyFields>(blob);
        return Of(fields.Modulus, fields.Exponent);
    }

    public RSAParameters Parameters() => new() { Modulus = Modulus.ToArray(), Exponent = Exponent.ToArray() };

    internal override bool VerifyBlob(KeyAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> blob)
    {
        if (blob.IsEmpty || blob.Length > Modulus.Length) return false;

        // Some signers drop leading zeros; OpenSSH puts them back, and so does this.
        byte[] padded = new byte[Modulus.Length];
        blob.CopyTo(padded.AsSpan(padded.Length - blob.Length));
        using RSA verifier = RSA.Create(Parameters());
        return verifier.VerifyData(data, padded, algorithm.Hash, RSASignaturePadding.Pkcs1);
    }

    private static int BitLength(ReadOnlySpan<byte> magnitude) =>
        magnitude.IsEmpty ? 0 : (magnitude.Length * 8) - (BitOperations.LeadingZeroCount((uint)magnitude[0]) - 24);
}

/// <summary>RFC 4253 6.6.</summary>
internal ref struct RsaKeyFields : IRecord<RsaKeyFields>
{
    public const int MaxModulus = RsaPublicKey.MaxBits / 8;
    public const int MaxExponent = 8;

    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> Exponent;
    public ReadOnlySpan<byte> Modulus;

    public static void Fields<V>(ref V visit, ref RsaKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Type, NameList.MaxNameLength);
        visit.Mpint(ref message.Exponent, MaxExponent);
        visit.Mpint(ref message.Modulus, MaxModulus);
    }
}
