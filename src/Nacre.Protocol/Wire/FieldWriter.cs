using System.Buffers.Binary;

namespace Nacre.Protocol.Wire;

/// <summary>Writes fields into a buffer that <see cref="FieldSizer"/> has measured.</summary>
internal ref struct FieldWriter(Span<byte> output) : IFieldVisitor
{
    private readonly Span<byte> _output = output;

    public int Written { get; private set; }

    public void Byte(ref byte value, string name = "") => _output[Written++] = value;

    // RFC 4251 5: "applications MUST NOT store values other than 0 and 1"
    public void Boolean(ref bool value, string name = "") => _output[Written++] = value ? (byte)1 : (byte)0;

    public void UInt32(ref uint value, string name = "")
    {
        BinaryPrimitives.WriteUInt32BigEndian(_output[Written..], value);
        Written += 4;
    }

    public void UInt64(ref ulong value, string name = "")
    {
        BinaryPrimitives.WriteUInt64BigEndian(_output[Written..], value);
        Written += 8;
    }

    public void Bytes(ref ReadOnlySpan<byte> value, int count, string name = "")
    {
        if (value.Length != count) throw new InvalidOperationException($"{FieldName.Of(name)} must have {count} bytes, not {value.Length}.");
        Rest(ref value);
    }

    public void String(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "")
    {
        if (value.Length > limit) throw new InvalidOperationException($"{FieldName.Of(name)} must not exceed {limit} bytes.");
        BinaryPrimitives.WriteUInt32BigEndian(_output[Written..], (uint)value.Length);
        value.CopyTo(_output[(Written + 4)..]);
        Written += 4 + value.Length;
    }

    public void Text(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => String(ref value, limit, name);

    public void Secret(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => String(ref value, limit, name);

    public void OptionalText(ref ReadOnlySpan<byte> value, string name = "") => String(ref value, int.MaxValue, name);

    public void Names(ref NameList value, string name = "")
    {
        ReadOnlySpan<byte> bytes = value.Bytes;
        String(ref bytes, int.MaxValue, name);
    }

    public void Mpint(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "")
    {
        int length = Wire.Mpint.WriteContents(value, _output[(Written + 4)..]);
        BinaryPrimitives.WriteUInt32BigEndian(_output[Written..], (uint)length);
        Written += 4 + length;
    }

    public void Rest(ref ReadOnlySpan<byte> value, string name = "")
    {
        value.CopyTo(_output[Written..]);
        Written += value.Length;
    }
}
