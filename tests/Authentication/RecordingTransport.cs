using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Authentication;

/// <summary>A transport that keeps a transcript: what was posted, in the words of the wire, and what was asked of it.</summary>
internal sealed class RecordingTransport(bool isClient) : ITransport
{
    private readonly List<string> _lines = [];
    private readonly List<byte[]> _payloads = [];

    public bool IsClient => isClient;

    public ReadOnlyMemory<byte> SessionId { get; set; } = Encoding.ASCII.GetBytes("the first exchange hash");

    public ReadOnlyMemory<byte> HostKey { get; set; } = Encoding.ASCII.GetBytes("the host key");

    public ReadOnlyMemory<byte> HostKeySignature => default;

    public string PeerIdentification => "SSH-2.0-Peer";

    public IReadOnlyList<string>? ServerSignatureAlgorithms { get; set; }

    public bool PeerBindsToHost { get; set; }

    public bool PeerTakesAgent => false;

    public bool PeerAnswersPing => false;

    public PacketPool Pool { get; } = new();

    /// <summary>What was posted and done since the last look, each as one line.</summary>
    public string[] Take()
    {
        string[] lines = [.. _lines];
        _lines.Clear();
        return lines;
    }

    /// <summary>The payloads posted, all of them, in order.</summary>
    public IReadOnlyList<byte[]> Payloads => _payloads;

    public IPacketSink? Entered { get; private set; }

    /// <summary>The method messages that the peer may send now.</summary>
    public MessageNumber[] Permitted { get; private set; } = [];

    public void Post<T>(scoped ref T message)
        where T : IMessage<T>, allows ref struct => Post(Message.Write(Pool, ref message));

    public void Post(Packet packet, bool isUrgent = false)
    {
        _payloads.Add(packet.Payload.ToArray());
        _lines.Add(Describe(packet.Payload));
        packet.Dispose();
    }

    public ValueTask WhenRoomAsync(CancellationToken ct) => default;

    public void EnterAuthentication() => _lines.Add("[authentication]");

    public void EnterConnection(IPacketSink service)
    {
        Entered = service;
        _lines.Add("[connection]");
    }

    public void PermitMethodMessages(ReadOnlySpan<MessageNumber> numbers) => Permitted = numbers.ToArray();

    public void Disconnect(DisconnectReason reason, string description) => _lines.Add($"[disconnect {reason}: {description}]");

    /// <summary>A packet from the peer.</summary>
    public Packet Packet<T>(scoped ref T message)
        where T : IMessage<T>, allows ref struct => Message.Write(Pool, ref message);

    public Packet Packet(ReadOnlySpan<byte> payload)
    {
        Packet packet = Pool.Rent(payload.Length);
        payload.CopyTo(packet.PayloadRoom.Span);
        packet.SetPayload(payload.Length);
        return packet;
    }

    private string Describe(ReadOnlySpan<byte> payload) => (MessageNumber)payload[0] switch
    {
        MessageNumber.ServiceRequest => $"SERVICE_REQUEST {Utf8(Message.Read<ServiceRequest>(payload).ServiceName)}",
        MessageNumber.ServiceAccept => $"SERVICE_ACCEPT {Utf8(Message.Read<ServiceAccept>(payload).ServiceName)}",
        MessageNumber.UserauthRequest => Request(payload),
        MessageNumber.UserauthFailure => Failure(Message.Read<UserauthFailure>(payload)),
        MessageNumber.UserauthSuccess => "SUCCESS",
        MessageNumber.UserauthBanner => $"BANNER {Utf8(Message.Read<UserauthBanner>(payload).Text)}",
        MessageNumber.UserauthInfoResponse => $"INFO_RESPONSE {Message.Read<UserauthInfoResponse>(payload).Count}",
        (MessageNumber)60 => Number60(payload),
        _ => $"message {payload[0]}",
    };

    private static string Failure(UserauthFailure failure) =>
        $"FAILURE {failure.MethodsThatCanContinue.ToString()}{(failure.PartialSuccess ? " partial" : "")}";

    private static string Request(ReadOnlySpan<byte> payload)
    {
        UserauthRequest request = Message.Read<UserauthRequest>(payload);
        string head = $"{Utf8(request.UserName)} {Utf8(request.ServiceName)} {Utf8(request.MethodName)}";
        switch (Utf8(request.MethodName))
        {
            case "publickey":
                PublicKeyFields key = Message.ReadRecord<PublicKeyFields>(request.MethodFields);
                return $"{head} {(key.HasSignature ? "signed" : "query")} {Utf8(key.Algorithm)} {NameOf(key.PublicKey)}";
            case "publickey-hostbound-v00@openssh.com":
                HostBoundPublicKeyFields bound = Message.ReadRecord<HostBoundPublicKeyFields>(request.MethodFields);
                return $"{head} {(bound.HasSignature ? "signed" : "query")} {Utf8(bound.Algorithm)} {NameOf(bound.PublicKey)}";
            case "hostbased":
                HostbasedFields host = Message.ReadRecord<HostbasedFields>(request.MethodFields);
                return $"{head} {Utf8(host.Algorithm)} {NameOf(host.PublicKey)} {Utf8(host.ClientUser)}@{Utf8(host.ClientHost)}";
            case "password":
                PasswordFields password = Message.ReadRecord<PasswordFields>(request.MethodFields);
                return $"{head} {Utf8(password.Password)}{(password.IsChange ? " -> " + Utf8(password.NewPassword) : "")}";
            case "keyboard-interactive":
                return head;
            default:
                Message.ReadRecord<NoneFields>(request.MethodFields);
                return head;
        }
    }

    // The number 60 means what the method in use makes of it; a server's tests know which that is.
    private string Number60(ReadOnlySpan<byte> payload)
    {
        switch (Method60)
        {
            case MethodName.PublicKey:
                UserauthPkOk ok = Message.Read<UserauthPkOk>(payload);
                return $"PK_OK {Utf8(ok.Algorithm)} {NameOf(ok.PublicKey)}";
            case MethodName.Password:
                return $"PASSWD_CHANGEREQ {Utf8(Message.Read<UserauthPasswdChangereq>(payload).Prompt)}";
            default:
                UserauthInfoRequest info = Message.Read<UserauthInfoRequest>(payload);
                var reader = new FieldReader(info.Prompts);
                string line = $"INFO_REQUEST {Utf8(info.Name)}|{Utf8(info.Instruction)}";
                for (int i = 0; i < info.Count; i++)
                {
                    Prompt prompt = default;
                    Prompt.Fields(ref reader, ref prompt);
                    line += $"|{Utf8(prompt.Text)}{(prompt.Echo ? " (echo)" : "")}";
                }

                reader.End();
                return line;
        }
    }

    /// <summary>The method whose message 60 is expected of us.</summary>
    public string Method60 { get; set; } = MethodName.PublicKey;

    private static string Utf8(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static string NameOf(ReadOnlySpan<byte> blob) => PublicKey.TryParse(blob, out PublicKey? key) ? TestKeys.NameOf(key) : "?";
}

/// <summary>Takes the place of the connection protocol.</summary>
internal sealed class NullSink : IPacketSink
{
    public ValueTask OnPacketAsync(Packet packet, CancellationToken ct)
    {
        packet.Dispose();
        return default;
    }

    public void OnClosed(Exception? error)
    {
    }
}
