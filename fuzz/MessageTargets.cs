using System.Reflection;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Fuzz;

/// <summary>
/// One target for every message and record that is declared in Nacre.Protocol, found by reflection, so that a new one is fuzzed
/// from its first day. What can be read must be writable, and must read the same again; its trace must be printable.
/// </summary>
internal static class MessageTargets
{
    public static IEnumerable<FuzzTarget> All()
    {
        MethodInfo make = typeof(MessageTargets).GetMethod(nameof(Of), BindingFlags.NonPublic | BindingFlags.Static)!;
        return typeof(Message).Assembly.GetTypes()
            .Where(IsRecord)
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .Select(type => (FuzzTarget)make.MakeGenericMethod(type).Invoke(null, [])!);
    }

    private static bool IsRecord(Type type) =>
        type is { IsValueType: true, IsGenericTypeDefinition: false }
        && type.GetInterfaces().Any(each => each.IsGenericType && each.GetGenericTypeDefinition() == typeof(IRecord<>));

    private static FuzzTarget Of<T>()
        where T : IRecord<T>, allows ref struct =>
        new($"message-{typeof(T).Name}", Feed<T>, [.. Samples<T>()]);

    private static void Feed<T>(byte[] input)
        where T : IRecord<T>, allows ref struct
    {
        T message = Message.ReadRecord<T>(input);
        byte[] written = Message.WriteRecord(ref message);
        string line = Message.Print(ref message);
        if (line.Any(char.IsControl))
        {
            throw new InvalidOperationException($"the trace of a message has a control character: {line}");
        }

        T again = Message.ReadRecord<T>(written);
        if (!Message.WriteRecord(ref again).AsSpan().SequenceEqual(written))
        {
            throw new InvalidOperationException("what was written does not read the same again");
        }
    }

    /// <summary>A short and a long well-formed record; of one that turns on the name in its first field, a beginning.</summary>
    private static IEnumerable<byte[]> Samples<T>()
        where T : IRecord<T>, allows ref struct
    {
        foreach (bool isLong in new[] { false, true })
        {
            byte[] sample;
            try
            {
                sample = Sample<T>(isLong);
            }
            catch (KeyFormatException)
            {
                sample = [0, 0, 0, 11, .. "ssh-ed25519"u8, 0, 0, 0, 32, .. new byte[32]];
            }

            yield return sample;
        }
    }

    private static byte[] Sample<T>(bool isLong)
        where T : IRecord<T>, allows ref struct
    {
        var sampler = new FieldSampler(isLong);
        T message = default!;
        T.Fields(ref sampler, ref message);
        return Message.WriteRecord(ref message);
    }

    /// <summary>Fills each field with something that is allowed in it.</summary>
    private readonly struct FieldSampler(bool isLong) : IFieldVisitor
    {
        private static readonly byte[] Sampled = [.. Enumerable.Range(0, 300).Select(each => (byte)('a' + (each % 26)))];

        public void Byte(ref byte value, string name = "") => value = 1;

        public void Boolean(ref bool value, string name = "") => value = isLong;

        public void UInt32(ref uint value, string name = "") => value = isLong ? 0x10000u : 1u;

        public void UInt64(ref ulong value, string name = "") => value = isLong ? 1ul << 40 : 1ul;

        public void Bytes(ref ReadOnlySpan<byte> value, int count, string name = "") => value = new byte[count];

        public void String(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => value = Text(limit);

        public void Text(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => value = Text(limit);

        public void Secret(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => value = Text(limit);

        public void OptionalText(ref ReadOnlySpan<byte> value, string name = "") => value = Text(int.MaxValue);

        public void Names(ref NameList value, string name = "") => value = NameList.Of(isLong ? "one,two@example.com,three" : "one");

        public void Mpint(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => value = Text(limit);

        public void Rest(ref ReadOnlySpan<byte> value, string name = "") => value = Text(int.MaxValue);

        private ReadOnlySpan<byte> Text(int limit) => Sampled.AsSpan(0, Math.Min(isLong ? Sampled.Length : 4, limit));
    }
}
