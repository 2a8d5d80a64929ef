using System.Text;

namespace Nacre.Protocol.Wire;

/// <summary>Prints fields on one line for a trace: text escaped, bytes as a count, secrets as [secret].</summary>
internal readonly struct FieldPrinter(StringBuilder output) : IFieldVisitor
{
    /// <summary>Longer texts are cut in a trace.</summary>
    private const int MaxShown = 256;

    public void Byte(ref byte value, string name = "") => Named(name).Append(value);

    public void Boolean(ref bool value, string name = "") => Named(name).Append(value ? "true" : "false");

    public void UInt32(ref uint value, string name = "") => Named(name).Append(value);

    public void UInt64(ref ulong value, string name = "") => Named(name).Append(value);

    public void Bytes(ref ReadOnlySpan<byte> value, int count, string name = "") => Counted(name, value.Length);

    public void String(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => Counted(name, value.Length);

    public void Text(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") =>
        Named(name).Append('"').Append(Printable.Escape(value[..Math.Min(value.Length, MaxShown)])).Append('"');

    public void Secret(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => Named(name).Append("[secret]");

    public void OptionalText(ref ReadOnlySpan<byte> value, string name = "") => Text(ref value, MaxShown, name);

    public void Names(ref NameList value, string name = "") => Named(name).Append(Printable.Escape(value.Bytes));

    public void Mpint(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => Counted(name, value.Length);

    public void Rest(ref ReadOnlySpan<byte> value, string name = "") => Counted(name, value.Length);

    private StringBuilder Named(string name)
    {
        if (output.Length > 0) output.Append(' ');
        return output.Append(FieldName.Of(name)).Append('=');
    }

    private void Counted(string name, int length) => Named(name).Append('<').Append(length).Append(" bytes>");
}
