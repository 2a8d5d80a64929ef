using System.Buffers.Binary;

namespace Nacre.Fuzz;

/// <summary>
/// Makes a new input from one or two old ones. Half of the mutations know the wire format: they look for a uint32 that is the
/// length of what follows and lie about it, or change what follows and keep the length true. Where there are words, half of them
/// put one in.
/// </summary>
internal sealed class Mutator(Dice dice, IReadOnlyList<string>? words = null)
{
    public const int MaxLength = 64 * 1024;

    private static readonly uint[] BoldNumbers =
        [0, 1, 2, 4, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x40000, 0x40001, 0x7fffffff, 0x80000000, 0xfffffffb, 0xfffffffe, 0xffffffff];

    public byte[] Mutate(byte[] input, byte[] other)
    {
        List<byte> bytes = [.. input];
        int mutations = 1 << dice.Below(4);
        for (int i = 0; i < mutations; i++)
        {
            MutateOnce(bytes, other);
        }

        return [.. bytes.Take(MaxLength)];
    }

    private void MutateOnce(List<byte> bytes, byte[] other)
    {
        if (bytes.Count == 0)
        {
            bytes.Add((byte)dice.Next());
            return;
        }

        int at = dice.Below(bytes.Count);
        if (words is { Count: > 0 } && dice.Below(2) == 0)
        {
            bytes.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(words[dice.Below(words.Count)]));
            return;
        }

        switch (dice.Below(12))
        {
            case 0: bytes[at] ^= (byte)(1 << dice.Below(8)); break;
            case 1: bytes[at] = (byte)dice.Next(); break;
            case 2: bytes.Insert(at, (byte)dice.Next()); break;
            case 3: bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + dice.Below(16))); break;
            case 4: bytes.RemoveRange(at, bytes.Count - at); break;
            case 5: Repeat(bytes, at); break;
            case 6: Splice(bytes, at, other); break;
            case 7: PutNumber(bytes, at, BoldNumbers[dice.Below(BoldNumbers.Length)]); break;
            case 8 or 9: LieAboutLength(bytes); break;
            default: ReplaceField(bytes); break;
        }
    }

    private void Repeat(List<byte> bytes, int at)
    {
        byte[] piece = [.. bytes.Skip(at).Take(1 + dice.Below(64))];
        int times = 1 << dice.Below(8);
        for (int i = 0; i < times && bytes.Count < MaxLength; i++)
        {
            bytes.InsertRange(at, piece);
        }
    }

    private void Splice(List<byte> bytes, int at, byte[] other)
    {
        if (other.Length > 0)
        {
            bytes.InsertRange(at, other.Skip(dice.Below(other.Length)).Take(1 + dice.Below(256)));
        }
    }

    private void LieAboutLength(List<byte> bytes)
    {
        if (FindField(bytes) is not (int at, int length))
        {
            return;
        }

        uint lie = dice.Below(3) switch
        {
            0 => (uint)length + 1,
            1 => (uint)length - 1,
            _ => BoldNumbers[dice.Below(BoldNumbers.Length)],
        };
        PutNumber(bytes, at, lie);
    }

    private void ReplaceField(List<byte> bytes)
    {
        if (FindField(bytes) is not (int at, int length))
        {
            return;
        }

        byte[] field = new byte[dice.Below(4) switch { 0 => 0, 1 => length, 2 => 1 + dice.Below(8), _ => dice.Below(4096) }];
        byte filler = (byte)dice.Next();
        Array.Fill(field, filler);
        bytes.RemoveRange(at + 4, length);
        bytes.InsertRange(at + 4, field);
        PutNumber(bytes, at, (uint)field.Length);
    }

    /// <summary>A place where a uint32 counts bytes that are there, searched from a random start.</summary>
    private (int At, int Length)? FindField(List<byte> bytes)
    {
        Span<byte> span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);
        int start = dice.Below(span.Length);
        for (int i = 0; i < span.Length; i++)
        {
            int at = (start + i) % span.Length;
            if (at + 4 <= span.Length && BinaryPrimitives.ReadUInt32BigEndian(span[at..]) is uint length && length <= (uint)(span.Length - at - 4))
            {
                return (at, (int)length);
            }
        }

        return null;
    }

    private static void PutNumber(List<byte> bytes, int at, uint number)
    {
        while (bytes.Count < at + 4)
        {
            bytes.Add(0);
        }

        BinaryPrimitives.WriteUInt32BigEndian(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes)[at..], number);
    }
}
