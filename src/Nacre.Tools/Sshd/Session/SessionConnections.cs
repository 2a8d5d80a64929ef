using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Config.Values;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Sshd.Admission;
using Nacre.Tools.Sshd.Logins;
using Nacre.Tools.Sshd.Monitor;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Session;

/// <summary>The connections of a session's user, which came from the gate and go on here.</summary>
internal sealed class SessionConnections(ChildLink link, SessionPlace place, SshdLog log)
{
    private readonly RemoteTerminals _terminals = new(link, place.Terminals);
    private readonly ConcurrentDictionary<uint, SshServerConnection> _connections = [];
    private readonly Dictionary<uint, SafeFileHandle> _keepers = [];
    private SshServer? _server;

    /// <summary>Takes connections over until the monitor wants no more; then all that are left end.</summary>
    public async Task ServeAsync()
    {
        while (await link.ReadAsync().ConfigureAwait(false) is { } message)
        {
            using (message)
            {
                if (message.Type == MonitorMessageType.Adopt) TryAdopt(message);
                else if (message.Type == MonitorMessageType.Keeper) TakeKeeper(message);
                else if (message.Type is MonitorMessageType.Terminal or MonitorMessageType.NoTerminal) _terminals.Take(message);
                else if (message.Type == MonitorMessageType.Drop && _connections.TryGetValue(message.Connection, out SshServerConnection? dropped)) _ = dropped.DisposeAsync().AsTask();
            }
        }

        if (_server is not null) await _server.DisposeAsync().ConfigureAwait(false);
    }

    private void TakeKeeper(LinkMessage message)
    {
        try
        {
            _keepers[message.Connection] = message.TakeDescriptor();
        }
        catch (UnixException)
        {
            // This process had no room for it: the connection that it is for will not be had either.
        }
    }

    private void TryAdopt(LinkMessage message)
    {
        try
        {
            Adopt(message.Connection, message.Read<AdoptMessage>(), message);
        }
        catch (Exception error)
        {
            // The others go on; this one's socket is closed with the message.
            log.Error($"a connection could not be taken over: {Printable.Escape(Shortage.Explains(error) ? error.Message : error.ToString())}");
            link.Ended(message.Connection, default);
        }
    }

    private void Adopt(uint number, AdoptMessage adopt, LinkMessage message)
    {
        GivenConfig config = link.ConfigOf(adopt.Config);
        ClientConnection client = Origin.Read(adopt.Origin, config.Config);
        try
        {
            Adopt(number, adopt, client, config, message);
        }
        catch
        {
            client.Login.Dispose();
            throw;
        }
    }

    private void Adopt(uint number, AdoptMessage adopt, ClientConnection client, GivenConfig config, LinkMessage message)
    {
        if (!place.StaysRoot) (client.Account, client.Records, client.Terminals) = (place.Account, new RemoteRecords(link, number, place.Records), _terminals);
        client.Login.MustChangePassword = adopt.MustChangePassword;
        if (adopt.HasKeeper) client.Login.Programs = new KeptPrograms(_keepers.Remove(number, out SafeFileHandle? keeper) ? keeper : throw new UnixException(Errno.EMFILE, "take over the line to a keeper"));
        client.Login.IsSessionOpen = (PamState)adopt.Pam == PamState.Open;
        if ((PamState)adopt.Pam == PamState.Refused) client.Login.Refusal = Encoding.UTF8.GetString(adopt.Refusal);
        client.Login.Say(Encoding.UTF8.GetString(adopt.Messages));
        foreach (byte[] remark in Strings.Read(adopt.Remarks)) client.Login.Remark(Encoding.UTF8.GetString(remark));
        foreach (byte[] variable in Strings.Read(adopt.Variables)) client.Login.PamVariables.Add(variable);
        SshdLog own = log.At((LogLevel)adopt.LogLevel);
        var user = new AuthenticatedUser(Encoding.UTF8.GetString(adopt.UserName), ReadSteps(adopt.Steps)) { Permissions = LoginPermissionsFields.Read(adopt.Permissions) };
        var socket = new Socket(new SafeSocketHandle(Descriptors.Release(message.TakeDescriptor()), ownsHandle: true));
        SshServerOptions options = new ConnectionRules(link.HostKeysOf(number, config), RfcModuli.Instance).For(client, own) with { IsPrompt = true };
        _server ??= new SshServer(options);
        using TransportSnapshot snapshot = TransportSnapshot.Read(adopt.Snapshot);
        SshServerConnection connection = _server.Resume(new NetworkStream(socket, ownsSocket: true), snapshot, user, options);
        _connections[number] = connection;
        _ = AwaitAsync(number, connection, client, own);
        if (client.Login.Programs is { } programs) _ = EndWithAsync(programs, connection);
    }

    // A session of PAM that is no more takes its connection with it: no program could be started, and those that were are lost.
    private static async Task EndWithAsync(KeptPrograms programs, SshServerConnection connection)
    {
        await programs.Ended.ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task AwaitAsync(uint number, SshServerConnection connection, ClientConnection client, SshdLog log)
    {
        using UserLogin login = client.Login;
        try
        {
            await ConnectionEnding.AwaitAsync(connection, client, log).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            log.Error($"a connection ended by an internal failure: {Printable.Escape(error.ToString())}");
        }

        _connections.TryRemove(number, out _);
        link.Ended(number, connection.Tally);
    }

    private static List<AuthenticationStep> ReadSteps(ReadOnlySpan<byte> bytes)
    {
        var steps = new List<AuthenticationStep>();
        var reader = new FieldReader(bytes);
        while (reader.Remaining > 0)
        {
            StepFields fields = default;
            StepFields.Fields(ref reader, ref fields);
            steps.Add(new AuthenticationStep(Encoding.UTF8.GetString(fields.Method), fields.Key.IsEmpty ? null : PublicKey.Parse(fields.Key)));
        }

        return steps;
    }
}
