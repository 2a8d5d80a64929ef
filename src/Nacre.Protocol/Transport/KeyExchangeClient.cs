using Nacre.Crypto;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>The client's part of a key exchange: it sends the first share, verifies the server's signature and judges its host key.</summary>
internal sealed class KeyExchangeClient(SecureTransport transport) : KeyExchange(transport)
{
    private KeyExchangeMethod? _method;
    private bool _hasGuessed;
    private byte[] _share = [];
    private GroupSizes _sizes;
    private GroupFields? _group;

    public override async ValueTask OnMethodMessageAsync(Packet packet, CancellationToken ct)
    {
        if (packet.Number == MessageNumber.KexDhGexGroup && Negotiated!.KeyExchange.IsGroupExchange && _group is null)
        {
            TakeGroup(packet);
            return;
        }

        (byte[] hostKey, byte[] serverShare, byte[] signature) = ReadReply(packet);
        Options.Trace.Write(1, packet.Number == MessageNumber.KexDhGexReply ? "SSH2_MSG_KEX_DH_GEX_REPLY received" : "SSH2_MSG_KEX_ECDH_REPLY received");
        Transport.Router.PermitExchangeMessages([]);
        PublicKey key = ParseHostKey(hostKey);
        using Secret sharedSecret = _method!.Finish(serverShare);
        byte[] exchangeHash = ComputeHash(hostKey, _group, _share, serverShare, sharedSecret);

        // Nobody need be at a server to touch the security key that keeps its host key.
        if (!key.Verify(Negotiated!.HostKey.Name, exchangeHash, signature, out _))
        {
            throw new SshViolationException(Violation.BadHostKeySignature, "The server's signature over the key exchange is wrong.");
        }

        Options.Steps?.OnStep($"key exchange: {Negotiated.KeyExchange.Name}, signed by {Negotiated.HostKey.Name}");
        await JudgeAsync(key, signature, ct).ConfigureAwait(false);
        TakeKeys(sharedSecret, exchangeHash);
        EndMethod();
    }

    public override void Dispose()
    {
        base.Dispose();
        EndMethod();
    }

    protected override byte[]? Guess()
    {
        KeyExchangeAlgorithm preferred = AlgorithmCatalog.KeyExchanges[Options.Algorithms.KexAlgorithms[0]];
        if (preferred.IsGroupExchange) return null;
        _hasGuessed = true;
        _method = preferred.Create!(Options.Random);
        return _share = _method.Begin();
    }

    protected override void Begin(NegotiatedAlgorithms negotiated)
    {
        KeyExchangeAlgorithm algorithm = negotiated.KeyExchange;
        bool isGuessRight = _hasGuessed && !negotiated.IsOurGuessWrong;
        _hasGuessed = false;
        _group = null;
        if (algorithm.IsGroupExchange)
        {
            EndMethod();
            RequestGroup(negotiated);
            return;
        }

        if (!isGuessRight)
        {
            EndMethod();
            _method = algorithm.Create!(Options.Random);
            _share = _method.Begin();
            var share = new KexInitShare { ClientShare = _share };
            Transport.Outbox.PostTransport(Message.Write(Transport.Pool, ref share));
        }

        Options.Trace.Write(1, "expecting SSH2_MSG_KEX_ECDH_REPLY");
        Transport.Router.PermitExchangeMessages([MessageNumber.KexReplyShare]);
    }

    private void RequestGroup(NegotiatedAlgorithms negotiated)
    {
        _sizes = GroupExchange.Request(8 * Math.Max(negotiated.ClientToServer.Cipher.KeyLength, negotiated.ServerToClient.Cipher.KeyLength));
        var request = new KexDhGexRequest { Min = (uint)_sizes.Min, Preferred = (uint)_sizes.Preferred, Max = (uint)_sizes.Max };
        Transport.Outbox.PostTransport(Message.Write(Transport.Pool, ref request));
        Options.Trace.Write(1, $"SSH2_MSG_KEX_DH_GEX_REQUEST({_sizes.Min}<{_sizes.Preferred}<{_sizes.Max}) sent");
        Transport.Router.PermitExchangeMessages([MessageNumber.KexDhGexGroup]);
    }

    private void TakeGroup(Packet packet)
    {
        KexDhGexGroup group = Message.Read<KexDhGexGroup>(packet.Payload);
        _method = GroupExchange.ForClient(group.Prime, group.Generator, _sizes, Options.Random);
        _group = new GroupFields((uint)_sizes.Min, (uint)_sizes.Preferred, (uint)_sizes.Max, group.Prime.ToArray(), group.Generator.ToArray());
        Options.Trace.Write(1, "SSH2_MSG_KEX_DH_GEX_GROUP received");
        _share = _method.Begin();
        var init = new KexDhGexInit { ClientShare = _share };
        Transport.Outbox.PostTransport(Message.Write(Transport.Pool, ref init));
        Options.Trace.Write(1, "SSH2_MSG_KEX_DH_GEX_INIT sent");
        Transport.Router.PermitExchangeMessages([MessageNumber.KexDhGexReply]);
    }

    private static (byte[] HostKey, byte[] ServerShare, byte[] Signature) ReadReply(Packet packet)
    {
        if (packet.Number == MessageNumber.KexDhGexReply)
        {
            KexDhGexReply reply = Message.Read<KexDhGexReply>(packet.Payload);
            return (reply.HostKey.ToArray(), reply.ServerShare.ToArray(), reply.Signature.ToArray());
        }

        KexReplyShare share = Message.Read<KexReplyShare>(packet.Payload);
        return (share.HostKey.ToArray(), share.ServerShare.ToArray(), share.Signature.ToArray());
    }

    // The key must be of the type that was negotiated, and of its curve: a mismatch is never resolved in the server's favour.
    private PublicKey ParseHostKey(byte[] blob)
    {
        if (!PublicKey.TryParse(blob, out PublicKey? key)) throw new SshViolationException(Violation.BadHostKey, "The server's host key is malformed.");
        if (key.Type != Negotiated!.HostKey.KeyType)
        {
            throw new SshViolationException(Violation.BadHostKey, $"The server's host key is of type {Printable.Escape(key.Type)} where {Negotiated.HostKey.KeyType} was agreed on.");
        }

        if (key.PlainKey is RsaPublicKey && key.Bits < Options.RequiredRsaBits)
        {
            throw new SshViolationException(Violation.BadHostKey, $"The server's RSA host key has {key.Bits} bits; at least {Options.RequiredRsaBits} are required.");
        }

        return key;
    }

    private async ValueTask JudgeAsync(PublicKey key, byte[] signature, CancellationToken ct)
    {
        if (!IsFirst)
        {
            if (Transport.HostKey.Span.SequenceEqual(key.Blob.Span)) return;
            throw new SshViolationException(Violation.HostKeyChangedOnRekey, "The server's host key changed during the connection.");
        }

        IHostKeyJudge judge = Options.HostKeyJudge ?? throw new InvalidOperationException("A client's transport needs a host key judge.");
        Options.Trace.Write(1, $"Server host key: {key.Type} {key.Fingerprint}");
        if (!await judge.IsTrustedAsync(key, ct).ConfigureAwait(false)) throw new HostKeyNotTrustedException();
        Options.Steps?.OnStep("host key trusted");
        Transport.SetHostKey(key.Blob, signature);
    }

    private void EndMethod()
    {
        _method?.Dispose();
        _method = null;
    }
}
