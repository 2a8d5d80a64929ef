using System.Numerics;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>What a revocation list says of the certificates of one authority: their serial numbers and their ids.</summary>
/// <remarks>It stays as small as the list is: a bitmap is kept as one, however many numbers it stands for.</remarks>
internal sealed class RevokedCertificates
{
    private readonly List<ulong> _serials = [];
    private readonly List<(ulong Lowest, ulong Highest)> _ranges = [];
    private readonly List<(ulong Offset, byte[] Bits)> _bitmaps = [];
    private readonly HashSet<byte[]> _keyIds = new(ByteSequences.Instance);

    /// <summary>Takes one of the sections within that of the authority.</summary>
    public void Take(KeyRevocationSection type, ReadOnlySpan<byte> data)
    {
        switch (type)
        {
            case KeyRevocationSection.CertificateSerialList:
                TakeSerials(data);
                return;
            case KeyRevocationSection.CertificateSerialRange:
                SerialRangeFields range = Message.ReadRecord<SerialRangeFields>(data);
                if (range.Lowest == 0 || range.Lowest > range.Highest) throw BadNumber();
                _ranges.Add((range.Lowest, range.Highest));
                return;
            case KeyRevocationSection.CertificateSerialBitmap:
                TakeBitmap(data);
                return;
            case KeyRevocationSection.CertificateKeyId:
                var reader = new FieldReader(data);
                ReadOnlySpan<byte> id = default;
                for (; reader.Remaining > 0; _keyIds.Add(id.ToArray())) reader.Text(ref id);
                return;
            case KeyRevocationSection.CertificateExtension:
                KeyRevocationList.PassOver(data);
                return;
            default:
                throw KeyRevocationList.UnknownSection(type);
        }
    }

    public bool Contains(Certificate certificate)
    {
        if (_keyIds.Contains(certificate.KeyIdBytes.ToArray())) return true;

        // Zero is what authorities that do not count their certificates write into each of them.
        ulong serial = certificate.Serial;
        return serial != 0 && (_serials.BinarySearch(serial) >= 0 || _ranges.Exists(range => range.Lowest <= serial && serial <= range.Highest) || _bitmaps.Exists(map => IsSet(map.Bits, serial, map.Offset)));
    }

    /// <summary>Makes what was taken ready to be searched.</summary>
    public void Sort() => _serials.Sort();

    private void TakeSerials(ReadOnlySpan<byte> data)
    {
        var reader = new FieldReader(data);
        ulong serial = 0;
        while (reader.Remaining > 0)
        {
            reader.UInt64(ref serial);
            if (serial == 0) throw BadNumber();
            _serials.Add(serial);
        }
    }

    private void TakeBitmap(ReadOnlySpan<byte> data)
    {
        SerialBitmapFields bitmap = Message.ReadRecord<SerialBitmapFields>(data);
        if (bitmap.Bits.IsEmpty) return;
        ulong highest = ((ulong)bitmap.Bits.Length * 8) - 1 - (ulong)(BitOperations.LeadingZeroCount((uint)bitmap.Bits[0]) - 24);
        bool standsForZero = bitmap.Offset == 0 && (bitmap.Bits[^1] & 1) != 0;
        if (standsForZero || bitmap.Offset + highest < bitmap.Offset) throw BadNumber();
        _bitmaps.Add((bitmap.Offset, bitmap.Bits.ToArray()));
    }

    private static bool IsSet(byte[] bits, ulong serial, ulong offset)
    {
        if (serial < offset || serial - offset >= (ulong)bits.Length * 8) return false;
        ulong bit = serial - offset;
        return (bits[^(int)((bit / 8) + 1)] & (1 << (int)(bit % 8))) != 0;
    }

    private static KeyFormatException BadNumber() => KeyFormatException.Damaged("The key revocation list names a serial number that there cannot be.");
}
