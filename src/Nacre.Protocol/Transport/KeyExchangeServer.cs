using Nacre.Crypto;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>The server's part of a key exchange: it answers the client's share with its own and signs the exchange with its host key.</summary>
internal sealed class KeyExchangeServer(SecureTransport transport) : KeyExchange(transport)
{
    private KeyExchangeMethod? _method;
    private GroupFields? _group;

    public override ValueTask OnMethodMessageAsync(Packet packet, CancellationToken ct) => packet.Number switch
    {
        MessageNumber.KexDhGexRequest => ChooseGroup(packet),
        MessageNumber.KexDhGexInit => RespondAsync(Message.Read<KexDhGexInit>(packet.Payload).ClientShare.ToArray(), ct),
        _ => RespondAsync(Message.Read<KexInitShare>(packet.Payload).ClientShare.ToArray(), ct),
    };

    public override void Dispose()
    {
        base.Dispose();
        EndMethod();
    }

    protected override void Begin(NegotiatedAlgorithms negotiated)
    {
        _group = null;
        if (negotiated.KeyExchange.IsGroupExchange)
        {
            Transport.Router.PermitExchangeMessages([MessageNumber.KexDhGexRequest]);
            return;
        }

        _method = negotiated.KeyExchange.Create!(Options.Random);
        Transport.Router.PermitExchangeMessages([MessageNumber.KexInitShare]);
    }

    private ValueTask ChooseGroup(Packet packet)
    {
        KexDhGexRequest request = Message.Read<KexDhGexRequest>(packet.Payload);
        GroupSizes sizes = GroupExchange.Limit(request.Min, request.Preferred, request.Max);
        (byte[] prime, byte[] generator) = Options.Moduli.Choose(sizes.Min, sizes.Preferred, sizes.Max);
        _group = new GroupFields(request.Min, request.Preferred, request.Max, prime, generator);
        _method = GroupExchange.ForServer(prime, generator, Options.Random);
        var answer = new KexDhGexGroup { Prime = _group.Prime, Generator = _group.Generator };
        Transport.Outbox.PostTransport(Message.Write(Transport.Pool, ref answer));
        Transport.Router.PermitExchangeMessages([MessageNumber.KexDhGexInit]);
        return ValueTask.CompletedTask;
    }

    private async ValueTask RespondAsync(byte[] clientShare, CancellationToken ct)
    {
        Transport.Router.PermitExchangeMessages([]);
        byte[] serverShare = _method!.Respond(clientShare, out Secret sharedSecret);
        using (sharedSecret)
        {
            ISigner hostKey = Options.HostKeys.First(key => key.PublicKey.Type == Negotiated!.HostKey.KeyType);
            byte[] blob = hostKey.PublicKey.Blob.ToArray();
            byte[] exchangeHash = ComputeHash(blob, _group, clientShare, serverShare, sharedSecret);
            byte[] signature = await hostKey.SignAsync(Negotiated!.HostKey.Name, exchangeHash, ct).ConfigureAwait(false);
            Transport.Outbox.BeginFlight();
            try
            {
                PostReply(blob, serverShare, signature);
                if (IsFirst) Transport.SetHostKey(blob, signature);
                TakeKeys(sharedSecret, exchangeHash);
            }
            finally
            {
                Transport.Outbox.EndFlight();
            }
        }

        EndMethod();
    }

    private void PostReply(byte[] hostKey, byte[] serverShare, byte[] signature)
    {
        if (_group is not null)
        {
            var gexReply = new KexDhGexReply { HostKey = hostKey, ServerShare = serverShare, Signature = signature };
            Transport.Outbox.PostTransport(Message.Write(Transport.Pool, ref gexReply));
            return;
        }

        var reply = new KexReplyShare { HostKey = hostKey, ServerShare = serverShare, Signature = signature };
        Transport.Outbox.PostTransport(Message.Write(Transport.Pool, ref reply));
    }

    private void EndMethod()
    {
        _method?.Dispose();
        _method = null;
    }
}
