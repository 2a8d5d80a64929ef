using System.Text;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>Answers the peer's CHANNEL_OPENs as the policy decides, each in its own time.</summary>
internal sealed class ChannelOffers(Multiplexer multiplexer, IConnectionPolicy policy, ChannelTable channels, PendingBytes pending)
{
    /// <summary>The peer asks for a channel; takes the packet over.</summary>
    public void OnOpen(Packet packet)
    {
        Terms terms;
        ChannelOffer offer;
        try
        {
            ChannelOpen open = Message.Read<ChannelOpen>(packet.Payload);
            terms = new Terms(open.SenderChannel, open.InitialWindowSize, open.MaximumPacketSize);
            offer = new ChannelOffer(IncomingRequest.NameFrom(open.ChannelType), packet.PayloadMemory[^open.TypeFields.Length..]);
        }
        catch
        {
            packet.Dispose();
            throw;
        }

        if (!TryReserve(packet, offer.Type, terms, out Channel? channel)) return;
        ValueTask<ChannelAnswer> answer = Ask(offer);
        if (!answer.IsCompleted)
        {
            _ = FinishLaterAsync(packet, terms, channel, answer);
            return;
        }

        try
        {
            Finish(terms, channel, ResultOf(answer));
        }
        finally
        {
            Free(packet);
        }
    }

    private async Task FinishLaterAsync(Packet packet, Terms terms, Channel channel, ValueTask<ChannelAnswer> answer)
    {
        try
        {
            ChannelAnswer result;
            try
            {
                result = await answer.ConfigureAwait(false);
            }
            catch (Exception e) when (e is not SshViolationException)
            {
                result = Failed;
            }

            Finish(terms, channel, result);
        }
        catch (SshViolationException violation)
        {
            multiplexer.Fail(violation);
        }
        finally
        {
            Free(packet);
        }
    }

    /// <summary>Takes a number for the channel while it is thought over, so that waiting opens count too .</summary>
    private bool TryReserve(Packet packet, string type, Terms terms, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Channel? channel)
    {
        channel = null;
        if (terms.MaximumPacket == 0)
        {
            Refuse(terms, ChannelAnswer.Refuse(OpenFailureReason.AdministrativelyProhibited, "a maximum packet size of zero carries no data"));
        }
        else if (!pending.TryAdd(packet.Capacity))
        {
            Refuse(terms, ChannelAnswer.Refuse(OpenFailureReason.ResourceShortage, "too many requests wait for an answer"));
        }
        else
        {
            channel = new Channel(multiplexer, type, service: null, acceptsErrorData: false, opening: null);
            if (channels.TryAdd(channel)) return true;
            Refuse(terms, ChannelAnswer.Refuse(OpenFailureReason.ResourceShortage, "too many channels are open"));
            Free(packet);
            return false;
        }

        packet.Dispose();
        return false;
    }

    private ValueTask<ChannelAnswer> Ask(ChannelOffer offer)
    {
        try
        {
            return policy.AnswerOpenAsync(offer, multiplexer.Ended);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<ChannelAnswer>(e);
        }
    }

    private static ChannelAnswer Failed => ChannelAnswer.Refuse(OpenFailureReason.ConnectFailed, "Connection failed");

    private static ChannelAnswer ResultOf(ValueTask<ChannelAnswer> answer)
    {
        try
        {
            return answer.GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not SshViolationException)
        {
            return Failed;
        }
    }

    private void Finish(Terms terms, Channel channel, ChannelAnswer answer)
    {
        if (answer.Service is not { } service)
        {
            channels.Remove(channel);
            Refuse(terms, answer);
            return;
        }

        channel.Open(terms.SenderChannel, terms.Window, terms.MaximumPacket);
        channel.ServeBy(service);
        var confirmation = new ChannelOpenConfirmation
        {
            RecipientChannel = terms.SenderChannel,
            SenderChannel = channel.LocalId,
            InitialWindowSize = multiplexer.Settings.InitialWindow,
            MaximumPacketSize = multiplexer.MaximumPacket,
        };
        multiplexer.Transport.Post(Message.Write(multiplexer.Transport.Pool, ref confirmation), isUrgent: true);
        channel.Service?.OnOpened(channel);
        channel.StartRequests();
    }

    private void Refuse(Terms terms, ChannelAnswer answer)
    {
        var failure = new ChannelOpenFailure
        {
            RecipientChannel = terms.SenderChannel,
            ReasonCode = (uint)answer.Reason,
            Description = Encoding.UTF8.GetBytes(answer.Description),
        };
        multiplexer.Transport.Post(Message.Write(multiplexer.Transport.Pool, ref failure), isUrgent: true);
    }

    private void Free(Packet packet)
    {
        pending.Remove(packet.Capacity);
        packet.Dispose();
    }

    /// <summary>What the peer's CHANNEL_OPEN says of its own side.</summary>
    private readonly record struct Terms(uint SenderChannel, uint Window, uint MaximumPacket);
}
