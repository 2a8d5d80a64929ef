using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Transport;

/// <summary>Tries all 256 message numbers in every phase against both roles, first on the table and then on live ends.</summary>
public sealed class MessagePermissionTests
{
    // Written out by hand, so that a slip in the table of messages cannot hide itself: what may come from the peer in each phase.
    private static readonly Dictionary<string, (int[] FromClient, int[] FromServer)> Permitted = new()
    {
        ["Closed"] = ([], []),
        ["First"] = ([1, 2, 3, 4, 20], [1, 2, 3, 4, 20]),
        ["KeyExchange"] = ([1, 2, 3, 4, 21, 30, 32, 34], [1, 2, 3, 4, 21, 31, 33]),
        ["StrictKeyExchange"] = ([1, 21, 30, 32, 34], [1, 21, 31, 33]),
        ["Service"] = ([1, 2, 3, 4, 5, 7, 20, 192, 193], [1, 2, 3, 4, 6, 7, 20, 192, 193]),
        ["Authentication"] = ([1, 2, 3, 4, 7, 20, 50, 61, 192, 193], [1, 2, 3, 4, 7, 20, 51, 52, 53, 60, 192, 193]),
        ["Connection"] = (
            [1, 2, 3, 4, 20, 50, 80, 81, 82, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 192, 193],
            [1, 2, 3, 4, 20, 80, 81, 82, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 192, 193]),
    };

    public static TheoryData<string, bool> PhasesAndSenders
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string phase in Permitted.Keys)
            {
                data.Add(phase, true);
                data.Add(phase, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(PhasesAndSenders))]
    public void A01_A02_M20_the_table_permits_exactly_what_the_list_says(string phaseName, bool fromClient)
    {
        Phase phase = Enum.Parse<Phase>(phaseName);
        ReadOnlySpan<PacketRouter.Permission> table = PacketRouter.TableFor(phase, fromClient ? Sender.Client : Sender.Server);
        int[] permitted = fromClient ? Permitted[phaseName].FromClient : Permitted[phaseName].FromServer;
        int[] known = [.. MessageTable.Rows.Select(row => (int)row.Number)];
        bool isClosedToUnknown = phase is Phase.Closed or Phase.StrictKeyExchange;
        for (int number = 0; number < 256; number++)
        {
            PacketRouter.Permission expected = permitted.Contains(number) ? PacketRouter.Permission.Permitted
                : known.Contains(number) || isClosedToUnknown ? PacketRouter.Permission.Refused
                : PacketRouter.Permission.Unknown;
            Assert.True(expected == table[number], $"{number} in {phase} from {(fromClient ? "client" : "server")}: {table[number]}, not {expected}");
        }
    }

    [Theory]
    [InlineData("Service")]
    [InlineData("Authentication")]
    [InlineData("Connection")]
    public async Task A01_each_number_sent_to_a_live_end_reaches_its_handler_only_when_it_may(string phaseName)
    {
        for (int number = 0; number < 256; number++)
        {
            await TryAsync(phaseName, number, toServer: true);
            await TryAsync(phaseName, number, toServer: false);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A04_M17_nothing_but_the_exchange_may_come_in_a_strict_first_exchange(bool toServer)
    {
        for (int number = 0; number < 256; number++)
        {
            if (number == (int)MessageNumber.Disconnect) continue;
            using var pair = new TransportPair(sendsGuess: false);
            pair.Client.Start();
            pair.Server.Start();
            SecureTransport from = toServer ? pair.Client : pair.Server;
            from.Outbox.PostTransport(Packet(pair, number));
            SshViolationException error = await Assert.ThrowsAnyAsync<SshViolationException>(pair.RunAsync);
            Violation[] expected = number switch
            {
                (int)MessageNumber.KexInitShare when toServer => [Violation.MessageTruncated],
                (int)MessageNumber.KexReplyShare when !toServer => [Violation.MessageTruncated],
                _ => [Violation.UnexpectedMessage],
            };
            Assert.True(expected.Contains(error.Violation), $"message {number}: {error.Violation}");
            Assert.Null(toServer ? pair.ServerService.Transport : pair.ClientService.Transport);
        }
    }

    private static async Task TryAsync(string phaseName, int number, bool toServer)
    {
        using var pair = new TransportPair();
        await pair.StartAsync();
        EnterPhase(pair, phaseName);
        SecureTransport from = toServer ? pair.Client : pair.Server;
        SecureTransport to = toServer ? pair.Server : pair.Client;
        TransportPair.RecordingService service = toServer ? pair.ServerService : pair.ClientService;
        List<byte> way = toServer ? pair.ToServer : pair.ToClient;
        from.Outbox.PostTransport(Packet(pair, number));
        pair.Take(from, way);

        // The numbers 60 to 79 need an authentication method that has said they are due; none is running here.
        int[] permitted = toServer ? Permitted[phaseName].FromClient : Permitted[phaseName].FromServer;
        bool isPermitted = permitted.Contains(number) && number is not (60 or 61);
        bool isKnown = MessageTable.ByNumber[number] is not null;
        bool isForService = number is 5 or 6 or (>= 50 and < 192);
        Exception? error = await Record.ExceptionAsync(() => TransportPair.DeliverAsync(to, way));
        string what = $"{number} in {phaseName} to {(toServer ? "server" : "client")}: {error?.Message}";

        if (isPermitted && isForService)
        {
            Assert.True(error is null && service.Received.Count == 1 && service.Received[0][0] == number, what);
            return;
        }

        Assert.True(service.Received.Count == 0, what);
        if (!isKnown)
        {
            Assert.True(error is null, what);
            pair.Take(to, way = []);
            await TransportPair.DeliverAsync(from, way);
            Assert.Equal(0, pair.Pool.Outstanding);
            return;
        }

        bool isHandledEmpty = number is 2; // an empty IGNORE is well-formed; the others lack their fields
        if (isPermitted && isHandledEmpty) Assert.True(error is null, what);
        else if (isPermitted && number == (int)MessageNumber.Disconnect) Assert.True(error is SshDisconnectedException or SshViolationException, what);
        else if (isPermitted && number == (int)MessageNumber.Pong) Assert.True(error is null, what);
        else if (isPermitted) Assert.True(error is SshViolationException, what);
        else Assert.True(error is SshViolationException { Violation: Violation.UnexpectedMessage }, what);
    }

    private static void EnterPhase(TransportPair pair, string phaseName)
    {
        if (phaseName == "Service") return;
        pair.Client.EnterAuthentication();
        pair.Server.EnterAuthentication();
        if (phaseName == "Connection") pair.Authenticate();
    }

    private static Packet Packet(TransportPair pair, int number)
    {
        Packet packet = pair.Pool.Rent(1);
        packet.SetPayload(1);
        packet.Payload[0] = (byte)number;
        return packet;
    }
}
