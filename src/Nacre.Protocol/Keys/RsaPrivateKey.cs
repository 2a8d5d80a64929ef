using System.Formats.Asn1;
using System.Security.Cryptography;
using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>An RSA private key.</summary>
internal sealed class RsaPrivateKey : PrivateKey
{
    private const string RsaOid = "1.2.840.113549.1.1.1";

    private readonly RsaPublicKey _publicKey;
    private readonly RSA _signer;
    private readonly Secret _privateExponent;
    private readonly Secret _coefficient;
    private readonly Secret _p;
    private readonly Secret _q;

    /// <summary>The key of a signer that may be any implementation; the numbers are what is written to files.</summary>
    internal RsaPrivateKey(RsaPublicKey publicKey, RSA signer, in RSAParameters numbers)
    {
        (_publicKey, _signer) = (publicKey, signer);
        _privateExponent = Secret.CopyOf(numbers.D);
        _coefficient = Secret.CopyOf(numbers.InverseQ);
        _p = Secret.CopyOf(numbers.P);
        _q = Secret.CopyOf(numbers.Q);
    }

    public override PublicKey PublicKey => _publicKey;

    public static RsaPrivateKey Generate(int bits)
    {
        RSA signer = RSA.Create(bits);
        RSAParameters made = signer.ExportParameters(includePrivateParameters: true);
        try
        {
            return new RsaPrivateKey(RsaPublicKey.Of(made.Modulus, made.Exponent), signer, made);
        }
        finally
        {
            Erase(made);
        }
    }

    /// <summary>The key of stored numbers, big-endian without leading zeros, which must fit together.</summary>
    public static RsaPrivateKey Of(
        RsaPublicKey publicKey, ReadOnlySpan<byte> privateExponent, ReadOnlySpan<byte> coefficient, ReadOnlySpan<byte> p, ReadOnlySpan<byte> q)
    {
        int size = publicKey.Modulus.Length;
        int half = (size + 1) / 2, firstSize = Math.Max(half, p.Length), secondSize = Math.Max(half, q.Length);
        if (p.Length > size || q.Length > size || coefficient.Length > firstSize || privateExponent.Length > size)
        {
            throw KeyFormatException.Damaged("A number of the RSA private key is longer than its modulus lets it be.");
        }

        RSAParameters numbers = publicKey.Parameters();
        numbers.D = Pinned(privateExponent, size);
        (numbers.P, numbers.Q, numbers.InverseQ) = (Pinned(p, firstSize), Pinned(q, secondSize), Pinned(coefficient, firstSize));
        (numbers.DP, numbers.DQ) = (Pinned(default, firstSize), Pinned(default, secondSize));
        try
        {
            if (!RsaNumbers.TryComplete(numbers.Modulus, numbers.Exponent, numbers.D, numbers.P, numbers.Q, numbers.InverseQ, numbers.DP, numbers.DQ))
            {
                throw KeyFormatException.Damaged("The numbers of the RSA private key do not fit together.");
            }

            return new RsaPrivateKey(publicKey, firstSize == half && secondSize == half ? RSA.Create(numbers) : FromPkcs8(numbers), numbers);
        }
        catch (CryptographicException refused)
        {
            throw KeyFormatException.Damaged("The numbers of the RSA private key do not make a key.", refused);
        }
        finally
        {
            Erase(numbers);
        }
    }

    internal override PrivateKeyFields ToFields() => new()
    {
        Type = "ssh-rsa"u8,
        Modulus = _publicKey.Modulus.Span,
        Exponent = _publicKey.Exponent.Span,
        PrivateExponent = _privateExponent.Span,
        Coefficient = _coefficient.Span,
        P = _p.Span,
        Q = _q.Span,
    };

    internal override bool TryWriteDer(bool isPkcs8, Span<byte> destination, out int length) =>
        isPkcs8 ? _signer.TryExportPkcs8PrivateKey(destination, out length) : _signer.TryExportRSAPrivateKey(destination, out length);

    private protected override byte[] SignBlob(KeyAlgorithm algorithm, ReadOnlySpan<byte> data)
    {
        byte[] signature = _signer.SignData(data, algorithm.Hash, RSASignaturePadding.Pkcs1);

        // One signature with a computing fault in one half of the CRT gives the primes away, so none leaves unchecked.
        using RSA verifier = RSA.Create(_publicKey.Parameters());
        if (verifier.VerifyData(data, signature, algorithm.Hash, RSASignaturePadding.Pkcs1)) return signature;
        throw new SshException("The RSA signature just made is wrong and was discarded; the machine or the key is faulty.");
    }

    private protected override void Erase()
    {
        _signer.Dispose();
        _privateExponent.Dispose();
        _coefficient.Dispose();
        _p.Dispose();
        _q.Dispose();
    }

    /// <summary>A signer whose primes are of different sizes, as some old programs made them: the base library takes such numbers as PKCS#8 only.</summary>
    private static RSA FromPkcs8(in RSAParameters numbers)
    {
        // As much room as the writer needs at once, so that it leaves no copies behind; what it has is erased in the end.
        int room = (8 * numbers.Modulus!.Length) + 256;
        using var inner = new Secret(room);
        using var outer = new Secret(room);
        int length = Encode(room, inner.Span, numbers, static (writer, numbers) =>
        {
            writer.WriteInteger(0);
            foreach (byte[]? number in (ReadOnlySpan<byte[]?>)[numbers.Modulus, numbers.Exponent, numbers.D, numbers.P, numbers.Q, numbers.DP, numbers.DQ, numbers.InverseQ])
            {
                writer.WriteIntegerUnsigned(number.AsSpan().TrimStart((byte)0));
            }
        });
        length = Encode(room, outer.Span, inner.Memory[..length], static (writer, pkcs1) =>
        {
            writer.WriteInteger(0);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(RsaOid);
                writer.WriteNull();
            }

            writer.WriteOctetString(pkcs1.Span);
        });
        RSA signer = RSA.Create();
        signer.ImportPkcs8PrivateKey(outer.Span[..length], out _);
        return signer;
    }

    private static int Encode<T>(int room, Span<byte> destination, T contents, Action<AsnWriter, T> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER, room);
        using (writer.PushSequence()) write(writer, contents);
        int length = writer.Encode(destination);
        writer.Reset();
        return length;
    }

    private static byte[] Pinned(ReadOnlySpan<byte> magnitude, int size)
    {
        byte[] pinned = GC.AllocateArray<byte>(size, pinned: true);
        magnitude.CopyTo(pinned.AsSpan(size - magnitude.Length));
        return pinned;
    }

    private static void Erase(in RSAParameters numbers)
    {
        foreach (byte[]? number in (ReadOnlySpan<byte[]?>)[numbers.D, numbers.P, numbers.Q, numbers.DP, numbers.DQ, numbers.InverseQ])
        {
            CryptographicOperations.ZeroMemory(number);
        }
    }
}
