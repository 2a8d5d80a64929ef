using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;
using Nacre.Tests.Algorithms;

namespace Nacre.Tests.Wire;

/// <summary>Every message comes back from the wire as it was written, and a part of one is refused and never more than that.</summary>
public sealed class MessageTests
{
    private static readonly Dictionary<Type, Action> RoundTrips = new()
    {
        [typeof(Disconnect)] = RoundTrip<Disconnect>,
        [typeof(Ignore)] = RoundTrip<Ignore>,
        [typeof(Unimplemented)] = RoundTrip<Unimplemented>,
        [typeof(Debug)] = RoundTrip<Debug>,
        [typeof(ServiceRequest)] = RoundTrip<ServiceRequest>,
        [typeof(ServiceAccept)] = RoundTrip<ServiceAccept>,
        [typeof(ExtInfo)] = RoundTrip<ExtInfo>,
        [typeof(KexInit)] = RoundTrip<KexInit>,
        [typeof(NewKeys)] = RoundTrip<NewKeys>,
        [typeof(Ping)] = RoundTrip<Ping>,
        [typeof(Pong)] = RoundTrip<Pong>,
        [typeof(KexInitShare)] = RoundTrip<KexInitShare>,
        [typeof(KexReplyShare)] = RoundTrip<KexReplyShare>,
        [typeof(KexDhGexRequest)] = RoundTrip<KexDhGexRequest>,
        [typeof(KexDhGexGroup)] = RoundTrip<KexDhGexGroup>,
        [typeof(KexDhGexInit)] = RoundTrip<KexDhGexInit>,
        [typeof(KexDhGexReply)] = RoundTrip<KexDhGexReply>,
        [typeof(UserauthRequest)] = RoundTrip<UserauthRequest>,
        [typeof(UserauthFailure)] = RoundTrip<UserauthFailure>,
        [typeof(UserauthSuccess)] = RoundTrip<UserauthSuccess>,
        [typeof(UserauthBanner)] = RoundTrip<UserauthBanner>,
        [typeof(UserauthPkOk)] = RoundTrip<UserauthPkOk>,
        [typeof(UserauthPasswdChangereq)] = RoundTrip<UserauthPasswdChangereq>,
        [typeof(UserauthInfoRequest)] = RoundTrip<UserauthInfoRequest>,
        [typeof(UserauthInfoResponse)] = RoundTrip<UserauthInfoResponse>,
        [typeof(GlobalRequest)] = RoundTrip<GlobalRequest>,
        [typeof(RequestSuccess)] = RoundTrip<RequestSuccess>,
        [typeof(RequestFailure)] = RoundTrip<RequestFailure>,
        [typeof(ChannelOpen)] = RoundTrip<ChannelOpen>,
        [typeof(ChannelOpenConfirmation)] = RoundTrip<ChannelOpenConfirmation>,
        [typeof(ChannelOpenFailure)] = RoundTrip<ChannelOpenFailure>,
        [typeof(ChannelWindowAdjust)] = RoundTrip<ChannelWindowAdjust>,
        [typeof(ChannelData)] = RoundTrip<ChannelData>,
        [typeof(ChannelExtendedData)] = RoundTrip<ChannelExtendedData>,
        [typeof(ChannelEof)] = RoundTrip<ChannelEof>,
        [typeof(ChannelClose)] = RoundTrip<ChannelClose>,
        [typeof(ChannelRequest)] = RoundTrip<ChannelRequest>,
        [typeof(ChannelSuccess)] = RoundTrip<ChannelSuccess>,
        [typeof(ChannelFailure)] = RoundTrip<ChannelFailure>,
    };

    public static TheoryData<string> Names => [.. RoundTrips.Keys.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_comes_back_as_it_was_written(string name) => RoundTrips.Single(pair => pair.Key.Name == name).Value();

    [Fact]
    public void Every_message_is_tried()
    {
        IEnumerable<Type> messages = typeof(Disconnect).Assembly.GetTypes()
            .Where(type => type.IsValueType && type.GetInterfaces().Any(each => each.IsGenericType && each.GetGenericTypeDefinition() == typeof(IMessage<>)));
        Assert.Equal(messages.Select(type => type.Name).Order(), RoundTrips.Keys.Select(type => type.Name).Order());
    }

    private static void RoundTrip<T>()
        where T : IMessage<T>, allows ref struct
    {
        var pool = new PacketPool();
        var filler = new FieldFiller(new SeededRandom(1));
        for (int round = 0; round < 10; round++)
        {
            T message = default!;
            T.Fields(ref filler, ref message);
            byte[] bytes = Written(pool, ref message);
            T read = Message.Read<T>(bytes);
            Assert.Equal(bytes, Written(pool, ref read));
            Assert.NotNull(Message.Print(ref read));
            for (int length = 1; length < bytes.Length; length++)
            {
                byte[] part = bytes[..length];
                Exception? error = Record.Exception(() => Read<T>(part));
                Assert.True(error is null or SshViolationException { Violation: Violation.MessageTruncated }, $"{length} bytes: {error}");
            }
        }
    }

    private static void Read<T>(byte[] bytes)
        where T : IMessage<T>, allows ref struct => _ = Message.Read<T>(bytes);

    private static byte[] Written<T>(PacketPool pool, scoped ref T message)
        where T : IMessage<T>, allows ref struct
    {
        using Packet packet = Message.Write(pool, ref message);
        return packet.Payload.ToArray();
    }
}

/// <summary>Gives each field a value that it may have.</summary>
internal readonly struct FieldFiller(SeededRandom random) : IFieldVisitor
{
    private const int MaxLength = 20;

    public void Byte(ref byte value, string name = "") => value = (byte)random.Below(256);

    public void Boolean(ref bool value, string name = "") => value = random.Below(2) == 1;

    public void UInt32(ref uint value, string name = "") => value = (uint)random.Below(int.MaxValue);

    public void UInt64(ref ulong value, string name = "") => value = (ulong)random.Below(int.MaxValue) << 31;

    public void Bytes(ref ReadOnlySpan<byte> value, int count, string name = "") => value = random.Bytes(count);

    public void String(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") =>
        value = random.Bytes(random.Below(Math.Min(limit, MaxLength) + 1));

    public void Text(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => String(ref value, limit, name);

    public void Secret(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "") => String(ref value, limit, name);

    public void OptionalText(ref ReadOnlySpan<byte> value, string name = "") => String(ref value, int.MaxValue, name);

    public void Names(ref NameList value, string name = "") =>
        value = NameList.Of(Enumerable.Range(0, random.Below(4)).Select(each => $"name-{each}@example.org"));

    public void Mpint(ref ReadOnlySpan<byte> value, int limit = int.MaxValue, string name = "")
    {
        String(ref value, limit, name);
        value = value.TrimStart((byte)0);
    }

    public void Rest(ref ReadOnlySpan<byte> value, string name = "") => String(ref value, int.MaxValue, name);
}
