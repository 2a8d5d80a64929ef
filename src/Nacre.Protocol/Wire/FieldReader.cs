using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Nacre.Protocol.Wire;

/// <summary>Reads fields from a payload; the one place where lengths from a peer meet memory.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> payload) : IFieldVisitor
{
    private ReadOnlySpan<byte> _rest = payload;

    public readonly int Remaining => _rest.Length;

    public void Byte(ref byte value, string name = "") => value = Take(1, name)[0];

    public void Boolean(ref bool value, string name = "") => value = Take(1, name)[0] != 0; // RFC 4251 5: "All non-zero values MUST be interpreted as TRUE"

    public void UInt32(ref uint value, string name = "") => value = BinaryPrimitives.ReadUInt32BigEndian(Take(4, name));

    public void UInt64(ref ulong value, string name = "") => value = BinaryPrimitives.ReadUInt64BigEndian(Take(8, name));

    public void Bytes(ref ReadOnlySpan<byte> value, int count, string name = "") => value = Take(count, name);

    public void String(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "")
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(Take(4, name));
        if (length > (uint)_rest.Length) ThrowTruncated(name);
        if (length > (uint)limit) ThrowTooLong(name, length, limit);
        value = Take((int)length, name);
    }

    public void Text(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => String(ref value, limit, name);

    public void Secret(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => String(ref value, limit, name);

    public void OptionalText(ref ReadOnlySpan<byte> value, string name = "")
    {
        if (_rest.IsEmpty) value = default;
        else String(ref value, int.MaxValue, name);
    }

    public void Names(ref NameList value, string name = "")
    {
        ReadOnlySpan<byte> bytes = default;
        String(ref bytes, int.MaxValue, name);
        NameList.Check(bytes);
        value = new NameList(bytes);
    }

    public void Mpint(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "")
    {
        ReadOnlySpan<byte> bytes = default;
        String(ref bytes, limit == int.MaxValue ? limit : limit + 1, name);
        value = Wire.Mpint.Magnitude(bytes);
        if (value.Length > limit) ThrowTooLong(name, (uint)value.Length, limit);
    }

    public void Rest(ref ReadOnlySpan<byte> value, string name = "")
    {
        value = _rest;
        _rest = default;
    }

    /// <summary>Throws when bytes are left over.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty) throw new SshViolationException(Violation.TrailingBytes, $"{_rest.Length} bytes follow the last field of a message.");
    }

    private ReadOnlySpan<byte> Take(int count, string name)
    {
        if (count > _rest.Length) ThrowTruncated(name);
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    [DoesNotReturn]
    private static void ThrowTruncated(string name) =>
        throw new SshViolationException(Violation.MessageTruncated, $"A message ends within its field {FieldName.Of(name)}.");

    [DoesNotReturn]
    private static void ThrowTooLong(string name, uint length, int limit) =>
        throw new SshViolationException(Violation.FieldTooLong, $"The field {FieldName.Of(name)} has {length} bytes where {limit} are allowed.");
}
