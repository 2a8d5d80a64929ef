using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>
/// The one choke point for what a peer may send now: asked once for each packet, before anything looks into it.
/// </summary>
internal sealed class PacketRouter(bool isClient)
{
    private static readonly Permission[][] FromServer = Build(Sender.Server);
    private static readonly Permission[][] FromClient = Build(Sender.Client);

    private readonly Permission[][] _tables = isClient ? FromServer : FromClient;
    private ulong _dueNumbers;

    /// <summary>What a table says of a message.</summary>
    internal enum Permission : byte
    {
        /// <summary>No such message: answered with UNIMPLEMENTED, or refused where the exchange is strict.</summary>
        Unknown,

        /// <summary>The message exists and may not arrive now, or not from this peer.</summary>
        Refused,

        /// <summary>It may arrive.</summary>
        Permitted,
    }

    /// <summary>What the peer may send now is decided by this.</summary>
    public Phase Phase { get; set; } = Phase.First;

    /// <summary>Makes these, and no others of the key exchange's numbers 30 to 49, permitted.</summary>
    public void PermitExchangeMessages(ReadOnlySpan<MessageNumber> numbers) =>
        Permit(numbers, MessageTable.FirstKeyExchangeNumber, MessageTable.LastKeyExchangeNumber);

    /// <summary>Makes these, and no others of the authentication method's numbers 60 to 79, permitted.</summary>
    public void PermitMethodMessages(ReadOnlySpan<MessageNumber> numbers) =>
        Permit(numbers, MessageTable.FirstMethodNumber, MessageTable.LastMethodNumber);

    /// <summary>What is to be done with a message of this number.</summary>
    public Permission Judge(MessageNumber number)
    {
        Permission permission = _tables[PhaseIndex(Phase)][(byte)number];
        bool isOfMethod = (byte)number is (>= MessageTable.FirstKeyExchangeNumber and <= MessageTable.LastKeyExchangeNumber)
            or (>= MessageTable.FirstMethodNumber and <= MessageTable.LastMethodNumber);
        if (isOfMethod && permission == Permission.Permitted && (_dueNumbers & Bit((byte)number)) == 0) return Permission.Refused;
        return permission;
    }

    /// <summary>The table of a phase for one who receives from <paramref name="sender"/>; the tests try all 256 numbers against it.</summary>
    internal static ReadOnlySpan<Permission> TableFor(Phase phase, Sender sender) =>
        (sender == Sender.Server ? FromServer : FromClient)[PhaseIndex(phase)];

    private static ulong Bit(int number) => 1UL << (number - MessageTable.FirstKeyExchangeNumber);

    private static int PhaseIndex(Phase phase) => phase == Phase.Closed ? 0 : System.Numerics.BitOperations.Log2((uint)phase) + 1;

    private void Permit(ReadOnlySpan<MessageNumber> numbers, int first, int last)
    {
        for (int number = first; number <= last; number++) _dueNumbers &= ~Bit(number);
        foreach (MessageNumber number in numbers) _dueNumbers |= Bit((byte)number);
    }

    private static Permission[][] Build(Sender sender)
    {
        Phase[] phases = [Phase.Closed, Phase.First, Phase.KeyExchange, Phase.StrictKeyExchange, Phase.Service, Phase.Authentication, Phase.Connection];
        return Array.ConvertAll(phases, phase =>
        {
            // Strict key exchange: "terminate the connection if any unexpected packet arrives", known or not.
            var table = new Permission[256];
            Array.Fill(table, phase is Phase.StrictKeyExchange or Phase.Closed ? Permission.Refused : Permission.Unknown);
            foreach (MessageTable.Row row in MessageTable.Rows)
            {
                bool isPermitted = (row.Sender & sender) != 0 && (row.Phases & phase) != 0;
                table[(byte)row.Number] = isPermitted ? Permission.Permitted : Permission.Refused;
            }

            return table;
        });
    }
}
