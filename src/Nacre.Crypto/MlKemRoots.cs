namespace Nacre.Crypto;

/// <summary>
/// The powers of 17, the 256th root of unity modulo 3329, laid out as the butterflies of <see cref="MlKemPolynomial"/> meet them:
/// per layer sixteen vectors of eight. "Scaled" tables hold the same numbers times the inverse of the modulus, for Montgomery's method.
/// </summary>
internal sealed class MlKemRoots
{
    public const int Layer = MlKemPolynomial.Size / 2;

    private const int Layers = 7;
    private const int Modulus = MlKemPolynomial.Modulus;

    private readonly short[] powers = new short[128];

    public MlKemRoots()
    {
        int power = 1;
        for (int exponent = 0; exponent < powers.Length; exponent++, power = power * 17 % Modulus)
            powers[ReverseSevenBits(exponent)] = Centered(power * 65536L);
        for (int layer = 0; layer < Layers; layer++)
        {
            FillLayer(Forward.AsSpan(layer * Layer, Layer), 128 >> layer, isForward: true);
            FillLayer(Backward.AsSpan(layer * Layer, Layer), 2 << layer, isForward: false);
        }
        for (int i = 0; i < Forward.Length; i++)
        {
            ForwardScaled[i] = (short)(Forward[i] * MlKemPolynomial.InverseOfModulus);
            BackwardScaled[i] = (short)(Backward[i] * MlKemPolynomial.InverseOfModulus);
        }
        for (int i = 0; i < Pairs.Length; i += 4)
        {
            Pairs[i] = Pairs[i + 2] = Centered(65536);
            Pairs[i + 1] = powers[64 + (i / 4)];
            Pairs[i + 3] = (short)-powers[64 + (i / 4)];
        }
    }

    public short[] Forward { get; } = new short[Layers * Layer];

    public short[] ForwardScaled { get; } = new short[Layers * Layer];

    public short[] Backward { get; } = new short[Layers * Layer];

    public short[] BackwardScaled { get; } = new short[Layers * Layer];

    /// <summary>For each pair of coefficients one, in Montgomery's form, and the root of the pair's modulus.</summary>
    public short[] Pairs { get; } = new short[MlKemPolynomial.Size];

    private void FillLayer(Span<short> layer, int length, bool isForward)
    {
        for (int vector = 0; vector < Layer / ShortLanes.Count; vector++)
        {
            for (int lane = 0; lane < ShortLanes.Count; lane++)
            {
                int block = Block(length, vector, lane);
                int count = 128 / length;
                layer[(vector * ShortLanes.Count) + lane] = powers[isForward ? count + block : (2 * count) - 1 - block];
            }
        }
    }

    /// <summary>The block to which a lane belongs once the halves of short blocks have been brought together.</summary>
    private static int Block(int length, int vector, int lane) => length switch
    {
        >= ShortLanes.Count => vector * ShortLanes.Count / length,
        4 => (2 * vector) + (lane / 4),
        _ => (4 * vector) + (lane / 4) + (lane / 2 % 2 * 2),
    };

    private static int ReverseSevenBits(int value)
    {
        int reversed = 0;
        for (int bit = 0; bit < 7; bit++)
            reversed |= ((value >> bit) & 1) << (6 - bit);
        return reversed;
    }

    private static short Centered(long value)
    {
        int remainder = (int)(value % Modulus);
        return (short)(remainder > Modulus / 2 ? remainder - Modulus : remainder);
    }
}
