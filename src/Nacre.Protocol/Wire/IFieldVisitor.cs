using System.Runtime.CompilerServices;

namespace Nacre.Protocol.Wire;

/// <summary>
/// Walks the fields of a message in wire order; reading, writing, sizing, printing and fuzzing are each one visitor, so a message
/// is described once. The data types are those of RFC 4251 5.
/// </summary>
/// <remarks>
/// Spans that a reader hands out point into the packet that was read and live as long as it does. Limits are in bytes; a string
/// without one is limited by the packet.
/// </remarks>
internal interface IFieldVisitor
{
    void Byte(ref byte value, [CallerArgumentExpression(nameof(value))] string name = "");

    void Boolean(ref bool value, [CallerArgumentExpression(nameof(value))] string name = "");

    void UInt32(ref uint value, [CallerArgumentExpression(nameof(value))] string name = "");

    void UInt64(ref ulong value, [CallerArgumentExpression(nameof(value))] string name = "");

    /// <summary>A fixed number of bytes with no length before them.</summary>
    void Bytes(ref ReadOnlySpan<byte> value, int count, [CallerArgumentExpression(nameof(value))] string name = "");

    /// <summary>A string that holds bytes.</summary>
    void String(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, [CallerArgumentExpression(nameof(value))] string name = "");

    /// <summary>A string that holds UTF-8 text and may be shown after escaping.</summary>
    void Text(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, [CallerArgumentExpression(nameof(value))] string name = "");

    /// <summary>A string that must never be shown.</summary>
    void Secret(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, [CallerArgumentExpression(nameof(value))] string name = "");

    /// <summary>A string that old implementations leave out at the end of a message; absent reads as empty.</summary>
    void OptionalText(ref ReadOnlySpan<byte> value, [CallerArgumentExpression(nameof(value))] string name = "");

    /// <summary>A name-list, checked by <see cref="NameList.Check"/>.</summary>
    void Names(ref NameList value, [CallerArgumentExpression(nameof(value))] string name = "");

    /// <summary>A non-negative mpint as its magnitude, big-endian without leading zeros; zero is empty.</summary>
    void Mpint(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, [CallerArgumentExpression(nameof(value))] string name = "");

    /// <summary>All that is left of the message: the part whose form another field decides.</summary>
    void Rest(ref ReadOnlySpan<byte> value, [CallerArgumentExpression(nameof(value))] string name = "");
}
