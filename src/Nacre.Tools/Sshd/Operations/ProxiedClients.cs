using System.Net;
using System.Net.Sockets;
using Nacre.Config;
using Nacre.Config.Patterns;
using Nacre.Protocol.Wire;
using Nacre.Tools.Sshd.Admission;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Operations;

/// <summary>Learns who is behind the proxies of this server, and believes nobody else who says such a thing.</summary>
/// <remarks>
/// A proxy must say it, for each connection: else whoever reaches it in another way would have its address. Read is the header and no byte
/// behind it, since the connection goes on in another process.
/// </remarks>
/// <param name="networks">The proxies' addresses, networks with a length among them, with commas between; empty for none.</param>
internal sealed class ProxiedClients(string networks)
{
    /// <summary>What a proxy has to send its header: more than the three seconds that a lost segment takes to come again (section 2).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private int _waiting;

    /// <summary>Whether a list of networks can be read.</summary>
    public static bool AreNetworks(string networks) => AddressPattern.TryJudgeNetworks(IPAddress.Loopback.ToString(), networks, out _);

    /// <summary>True when a connection from there begins with a header.</summary>
    public bool Includes(IPAddress address)
    {
        if (networks.Length == 0) return false;
        return AddressPattern.TryJudgeNetworks(address.Unmapped().ToString(), networks, out bool isCovered) && isCovered;
    }

    /// <summary>What takes connections as they are accepted, and has those of proxies say who they are before they are taken further.</summary>
    /// <param name="take">Takes a connection with the addresses that count.</param>
    /// <param name="config">The configuration that holds at the time.</param>
    /// <param name="log">Told why a connection is closed.</param>
    public Action<Socket> Before(Action<Accepted> take, Func<ServerConfig> config, SshdLog log) => socket => Arrive(socket, take, config(), log);

    /// <summary>Finds the addresses that count for a connection; null, and the connection closed, when its proxy does not tell them.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="grace">The time that a login may take; zero or less for any.</param>
    /// <param name="log">Told why a connection is closed.</param>
    public async Task<Accepted?> IdentifyAsync(Socket socket, TimeSpan grace, SshdLog log)
    {
        Accepted? seen = null;
        try
        {
            seen = Accepted.Directly(socket);
            if (!Includes(seen.Remote.Address)) return seen;
            using var timeout = new CancellationTokenSource(grace > TimeSpan.Zero && grace < Patience ? grace : Patience);
            ProxiedAddresses? named = await ReadAsync(socket, timeout.Token).ConfigureAwait(false);
            await PoolThread.EnterAsync();
            return named is null ? seen : new Accepted(socket, named.Remote, named.Local);
        }
        catch (OperationCanceledException)
        {
            Close(socket, seen, "its header of the PROXY protocol does not come", log);
        }
        catch (InvalidDataException error)
        {
            Close(socket, seen, error.Message, log);
        }
        catch (SocketException error)
        {
            Close(socket, seen, error.Message, log);
        }

        return null;
    }

    private void Arrive(Socket socket, Action<Accepted> take, ServerConfig config, SshdLog log)
    {
        try
        {
            Accepted seen = Accepted.Directly(socket);
            if (!Includes(seen.Remote.Address)) take(seen);
            else if (StartupThrottle.Sheds(config.MaxStartups, Volatile.Read(ref _waiting))) TurnAway(socket, seen, log);
            else _ = IdentifyAndTakeAsync(socket, take, config, log);
        }
        catch (SocketException)
        {
            // It was gone before it was looked at.
            socket.Dispose();
        }
    }

    private static void TurnAway(Socket socket, Accepted seen, SshdLog log)
    {
        log.Verbose($"drop connection from the proxy {seen.Remote.Address} port {seen.Remote.Port} past MaxStartups");
        Doorkeeper.TurnAway(socket);
    }

    private async Task IdentifyAndTakeAsync(Socket socket, Action<Accepted> take, ServerConfig config, SshdLog log)
    {
        Interlocked.Increment(ref _waiting);
        Accepted? accepted = await IdentifyAsync(socket, config.LoginGraceTime, log).ConfigureAwait(false);
        Interlocked.Decrement(ref _waiting);
        if (accepted is not null) take(accepted);
    }

    /// <summary>Reads a header from a connection, and nothing behind it.</summary>
    /// <exception cref="InvalidDataException">It is wrong, or the connection ended within it.</exception>
    public static async Task<ProxiedAddresses?> ReadAsync(Socket socket, CancellationToken ct)
    {
        byte[] header = new byte[ProxyHeader.MostLineBytes];
        await FillAsync(socket, header.AsMemory(0, ProxyHeader.StartBytes), ct).ConfigureAwait(false);
        switch (ProxyHeader.VersionOf(header.AsSpan(0, ProxyHeader.StartBytes)))
        {
            case 1:
                return ProxyHeader.ReadLine(header.AsSpan(0, await ReadLineAsync(socket, header, ct).ConfigureAwait(false)));
            case 2:
                await FillAsync(socket, header.AsMemory(ProxyHeader.StartBytes, ProxyHeader.FixedBytes - ProxyHeader.StartBytes), ct).ConfigureAwait(false);
                byte[] whole = new byte[ProxyHeader.FixedBytes + ProxyHeader.RestOf(header)];
                header.AsSpan(0, ProxyHeader.FixedBytes).CopyTo(whole);
                await FillAsync(socket, whole.AsMemory(ProxyHeader.FixedBytes), ct).ConfigureAwait(false);
                return ProxyHeader.ReadBlock(whole);
            default:
                throw new InvalidDataException("it does not begin with a header of the PROXY protocol, as connections of proxies must");
        }
    }

    // Only what is known to be of the line is taken: looked at first, then read up to its end if that is there.
    private static async Task<int> ReadLineAsync(Socket socket, byte[] line, CancellationToken ct)
    {
        int have = ProxyHeader.StartBytes;
        while (have < line.Length)
        {
            int seen = await socket.ReceiveAsync(line.AsMemory(have), SocketFlags.Peek, ct).ConfigureAwait(false);
            if (seen == 0) throw Ended();
            int end = line.AsSpan(have, seen).IndexOf((byte)'\n');
            int taken = end < 0 ? seen : end + 1;
            await FillAsync(socket, line.AsMemory(have, taken), ct).ConfigureAwait(false);
            have += taken;
            if (end >= 0) return have;
        }

        throw new InvalidDataException($"its header is longer than {ProxyHeader.MostLineBytes} bytes");
    }

    private static async Task FillAsync(Socket socket, Memory<byte> room, CancellationToken ct)
    {
        while (room.Length > 0)
        {
            int count = await socket.ReceiveAsync(room, SocketFlags.None, ct).ConfigureAwait(false);
            if (count == 0) throw Ended();
            room = room[count..];
        }
    }

    private static InvalidDataException Ended() => new("it ended before its header of the PROXY protocol did");

    private static void Close(Socket socket, Accepted? seen, string reason, SshdLog log)
    {
        if (seen is not null) log.Info($"Connection from the proxy {seen.Remote.Address} port {seen.Remote.Port} closed: {Printable.Escape(reason)}");
        socket.Dispose();
    }
}
