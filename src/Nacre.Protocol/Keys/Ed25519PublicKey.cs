using System.Buffers.Binary;
using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>A public key of Ed25519 (RFC 8709).</summary>
internal sealed class Ed25519PublicKey : PublicKey
{
    private static readonly string[] Algorithms = KeyAlgorithm.NamesOf(KeyAlgorithm.Ed25519);

    private Ed25519PublicKey(ReadOnlyMemory<byte> blob, ReadOnlyMemory<byte> point)
        : base(KeyAlgorithm.Ed25519, blob) => Point = point;

    public ReadOnlyMemory<byte> Point { get; }

    public override string ShortType => "ED25519";

    public override int Bits => 256;

    public override IReadOnlyList<string> SignatureAlgorithms => Algorithms;

    // The y-coordinates of the points whose order divides the cofactor: anyone can sign for such a key.
    private static ReadOnlySpan<byte> SmallOrder =>
    [
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
        0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
        0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ];

    public static Ed25519PublicKey Of(ReadOnlySpan<byte> point)
    {
        if (point.Length != Ed25519.PublicKeySize) throw KeyFormatException.Damaged($"An Ed25519 public key has 32 bytes, not {point.Length}.");
        if (!IsCanonical(point) || IsOfSmallOrder(point)) throw KeyFormatException.Damaged("The Ed25519 public key is not a point that a key can have.");
        var fields = new Ed25519KeyFields { Type = "ssh-ed25519"u8, Point = point };
        byte[] blob = Message.WriteRecord(ref fields);
        return new Ed25519PublicKey(blob, blob.AsMemory(blob.Length - Ed25519.PublicKeySize));
    }

    public static Ed25519PublicKey Read(ReadOnlySpan<byte> blob) => Of(Message.ReadRecord<Ed25519KeyFields>(blob).Point);

    internal override bool VerifyBlob(KeyAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> blob) =>
        Ed25519.Verify(Point.Span, data, blob);

    // RFC 8032 5.1.3: "If the resulting value is >= p, decoding fails."  p = 2^255 - 19.
    private static bool IsCanonical(ReadOnlySpan<byte> point)
    {
        bool isTopFull = (point[31] & 0x7f) == 0x7f && point[8..31].IndexOfAnyExcept((byte)0xff) < 0;
        return !isTopFull || BinaryPrimitives.ReadUInt64LittleEndian(point) < 0xffffffffffffffed;
    }

    private static bool IsOfSmallOrder(ReadOnlySpan<byte> point)
    {
        for (ReadOnlySpan<byte> rest = SmallOrder; !rest.IsEmpty; rest = rest[32..])
        {
            if (point[..31].SequenceEqual(rest[..31]) && (point[31] & 0x7f) == rest[31]) return true;
        }

        return false;
    }
}

/// <summary>RFC 8709 4.</summary>
internal ref struct Ed25519KeyFields : IRecord<Ed25519KeyFields>
{
    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> Point;

    public static void Fields<V>(ref V visit, ref Ed25519KeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Type, NameList.MaxNameLength);
        visit.String(ref message.Point, Ed25519.PublicKeySize);
    }
}
