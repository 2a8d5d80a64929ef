namespace Nacre.Crypto;

/// <summary>
/// One key pair on a NIST curve and the agreements made with it.
/// It works on libcrypto's points: the base library reports a bad point by an exception and returns the shared secret in an array that
/// the collector may move.
/// </summary>
internal sealed unsafe class EcdhNistP : IDisposable
{
    private const int Uncompressed = 4;

    private readonly LibCryptoHandle group;
    private readonly LibCryptoHandle numbers = LibCryptoHandle.NumberPool();
    private readonly LibCryptoHandle scalar;
    private readonly byte[] publicPoint;

    private EcdhNistP(NistCurve curve, IRandomSource random)
    {
        SharedSize = FieldSize(curve);
        group = LibCryptoHandle.CurveGroup((int)curve);
        scalar = NewScalar(curve, random);
        publicPoint = new byte[PointSize(curve)];
        using LibCryptoHandle point = LibCryptoHandle.Point(group);
        LibCrypto.Check(LibCrypto.EC_POINT_mul(group.Pointer, point.Pointer, scalar.Pointer, 0, 0, numbers.Pointer), "EC_POINT_mul");
        fixed (byte* output = publicPoint)
        {
            nuint length = LibCrypto.EC_POINT_point2oct(
                group.Pointer, point.Pointer, Uncompressed, output, (nuint)publicPoint.Length, numbers.Pointer);
            LibCrypto.Check((int)length, "EC_POINT_point2oct");
        }
    }

    /// <summary>The length of a shared secret in bytes: that of one coordinate.</summary>
    public int SharedSize { get; }

    /// <summary>The public key as an uncompressed point (SEC 1 2.3.3): 4, then both coordinates.</summary>
    public ReadOnlySpan<byte> PublicPoint => publicPoint;

    public static EcdhNistP Generate(NistCurve curve, IRandomSource random) => new(curve, random);

    public static int FieldSize(NistCurve curve) => curve switch
    {
        NistCurve.P256 => 32,
        NistCurve.P384 => 48,
        NistCurve.P521 => 66,
        _ => throw new ArgumentOutOfRangeException(nameof(curve)),
    };

    public static int PointSize(NistCurve curve) => 1 + (2 * FieldSize(curve));

    /// <summary>
    /// Computes the x-coordinate of the shared point. False where the peer's point is not an uncompressed point on the curve, as
    /// SEC 1 3.2.2 validates it: the curves have a prime order, so a point on them that is not at infinity is in the group.
    /// </summary>
    public bool TryAgree(ReadOnlySpan<byte> peerPoint, Span<byte> shared)
    {
        if (shared.Length != SharedSize)
            throw new ArgumentException("the shared secret has the length of a coordinate", nameof(shared));
        shared.Clear();
        if (peerPoint.Length != publicPoint.Length || peerPoint[0] != Uncompressed)
            return false;
        using LibCryptoHandle point = LibCryptoHandle.Point(group);
        fixed (byte* pointer = peerPoint)
        {
            if (LibCrypto.EC_POINT_oct2point(group.Pointer, point.Pointer, pointer, (nuint)peerPoint.Length, numbers.Pointer) != 1)
            {
                LibCrypto.ERR_clear_error();
                return false;
            }
        }
        using LibCryptoHandle product = LibCryptoHandle.Point(group);
        using LibCryptoHandle x = LibCryptoHandle.Number();
        LibCrypto.Check(
            LibCrypto.EC_POINT_mul(group.Pointer, product.Pointer, 0, point.Pointer, scalar.Pointer, numbers.Pointer), "EC_POINT_mul");
        LibCrypto.Check(
            LibCrypto.EC_POINT_get_affine_coordinates(group.Pointer, product.Pointer, x.Pointer, 0, numbers.Pointer),
            "EC_POINT_get_affine_coordinates");
        fixed (byte* output = shared)
            LibCrypto.Check(LibCrypto.BN_bn2binpad(x.Pointer, output, shared.Length), "BN_bn2binpad");
        return true;
    }

    public void Dispose()
    {
        scalar.Dispose();
        numbers.Dispose();
        group.Dispose();
    }

    // FIPS 186-5 A.2.2: candidates are drawn until one lies in 1 .. n-1.
    private LibCryptoHandle NewScalar(NistCurve curve, IRandomSource random)
    {
        using var candidate = new Secret(SharedSize);
        while (true)
        {
            random.Fill(candidate.Span);
            if (curve == NistCurve.P521)
                candidate.Span[0] &= 1;
            LibCryptoHandle number = LibCryptoHandle.Number(candidate.Span);
            if (LibCrypto.BN_is_zero(number.Pointer) == 0 &&
                LibCrypto.BN_cmp(number.Pointer, LibCrypto.EC_GROUP_get0_order(group.Pointer)) < 0)
            {
                LibCrypto.BN_set_flags(number.Pointer, LibCrypto.ConstantTimeFlag);
                return number;
            }
            number.Dispose();
        }
    }
}
