using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class ShortLanesTests
{
    [Fact]
    public void The_portable_products_are_those_of_the_instructions()
    {
        for (int i = 0; i < 1000; i++)
        {
            short[] a = MemoryMarshal.Cast<byte, short>(Vectors.Bytes(16, i)).ToArray();
            short[] b = MemoryMarshal.Cast<byte, short>(Vectors.Bytes(16, -i - 1)).ToArray();
            Vector128<short> x = Vector128.Create(a), y = Vector128.Create(b);
            for (int j = 0; j < 8; j++)
            {
                Assert.Equal((short)((a[j] * b[j]) >> 16), ShortLanes.MultiplyHigh(x, y).GetElement(j));
                Assert.Equal((short)((a[j] * b[j]) >> 16), ShortLanes.MultiplyHighPortably(x, y).GetElement(j));
            }
            for (int j = 0; j < 4; j++)
            {
                int expected = (a[2 * j] * b[2 * j]) + (a[(2 * j) + 1] * b[(2 * j) + 1]);
                Assert.Equal(expected, ShortLanes.MultiplyAddPairs(x, y).GetElement(j));
                Assert.Equal(expected, ShortLanes.MultiplyAddPairsPortably(x, y).GetElement(j));
            }
        }
    }
}
