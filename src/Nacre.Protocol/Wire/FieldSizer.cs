namespace Nacre.Protocol.Wire;

/// <summary>Adds up how many bytes <see cref="FieldWriter"/> will write.</summary>
internal struct FieldSizer : IFieldVisitor
{
    public int Size { get; private set; }

    public void Byte(ref byte value, string name = "") => Size++;

    public void Boolean(ref bool value, string name = "") => Size++;

    public void UInt32(ref uint value, string name = "") => Size += 4;

    public void UInt64(ref ulong value, string name = "") => Size += 8;

    public void Bytes(ref ReadOnlySpan<byte> value, int count, string name = "") => Size += count;

    public void String(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => Size += 4 + value.Length;

    public void Text(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => Size += 4 + value.Length;

    public void Secret(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => Size += 4 + value.Length;

    public void OptionalText(ref ReadOnlySpan<byte> value, string name = "") => Size += 4 + value.Length;

    public void Names(ref NameList value, string name = "") => Size += 4 + value.Bytes.Length;

    public void Mpint(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => Size += 4 + Wire.Mpint.ContentsLength(value);

    public void Rest(ref ReadOnlySpan<byte> value, string name = "") => Size += value.Length;
}
