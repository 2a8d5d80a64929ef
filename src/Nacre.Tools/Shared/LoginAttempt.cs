using System.Net.Sockets;
using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Shared;

/// <summary>One attempt to reach a server and to log in as a configuration says; it knows OpenSSH's words for what may go wrong.</summary>
/// <param name="config">Of the host.</param>
/// <param name="trace">Where it is told.</param>
/// <param name="hops">How many machines are reached by way of this one.</param>
internal sealed class LoginAttempt(ClientConfig config, ErrorTrace trace, int hops)
{
    private string? _address;

    /// <summary>Keys to offer in place of those that the configuration names, which are not looked at then; null for none.</summary>
    public IReadOnlyList<IIdentity>? Offered { get; init; }

    /// <summary>OpenSSH knows no name and no port of a server that a proxy has connected to.</summary>
    private string Peer => _address is null ? "UNKNOWN port 65535" : $"{_address} port {config.Port}";

    /// <summary>Connects and logs in; null when the way there failed, which has then been said.</summary>
    /// <param name="change">Changes what the configuration says of trust and login.</param>
    public async Task<SshClient?> RunAsync(Func<SshClientOptions, SshClientOptions> change)
    {
        if (config.RefuseConnection is { } reason)
        {
            trace.Fail($"Connection to {config.OriginalHost} is refused by the configuration: {Printable.Escape(reason)}");
            return null;
        }

        IStepObserver? steps = hops == 0 ? trace.Timeline : trace.Timeline?.For(Printable.Escape(config.OriginalHost));
        if (await ServerRoute.ReachAsync(config, trace, steps, hops).ConfigureAwait(false) is not { } route) return null;
        _address = route.Address;
        trace.Write(1, $"Authenticating to {config.Hostname}:{config.Port} as '{Printable.Escape(config.User)}'");
        (ClientTrust trust, SshClientOptions options) = await ClientTrust.LoadAsync(config, trace, Offered).ConfigureAwait(false);
        await using ClientTrust owned = trust;
        steps?.OnStep("keys and known hosts read");
        options = change(options with { ConnectTimeout = route.ExchangeTimeout, Steps = steps, OnAgreed = config.WarnWeakCrypto ? WarnOfWeakExchange : null });
        var destination = new SshDestination(config.User, config.Hostname, config.Port);
        SshClient client = await SshClient.ConnectAsync(route.Stream, destination, _address, options, default).ConfigureAwait(false);
        string way = _address is null ? "(via proxy)" : $"([{_address}]:{config.Port})";
        trace.Verbose($"Authenticated to {config.Hostname} {way} using \"{client.Authentication.Method}\".");

        // Once the session has the terminal, nobody can be asked about new host keys.
        if (config.UpdateHostKeys == AskChoice.Ask) await client.LearnHostKeysAsync(default).ConfigureAwait(false);
        return client;
    }

    private void WarnOfWeakExchange(NegotiatedAlgorithms agreed)
    {
        if (agreed.KeyExchange.IsPostQuantum) return;
        trace.Say("** WARNING: connection is not using a post-quantum key exchange algorithm.");
        trace.Say("** This session may be vulnerable to \"store now, decrypt later\" attacks.");
        trace.Say("** The server may need to be upgraded. See https://openssh.com/pq.html");
    }

    /// <summary>What to say of an error of <see cref="RunAsync"/>; null for one that is our own fault.</summary>
    public string? Explain(Exception error) => error switch
    {
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.AddressFamilyNotSupported } =>
            $"ssh: Could not resolve hostname {config.Hostname}: {error.Message}",
        SocketException => $"ssh: connect to host {config.Hostname} port {config.Port}: {error.Message}",
        AuthenticationFailedException denied => $"{config.User}@{config.Hostname}: Permission denied ({string.Join(',', denied.MethodsThatCanContinue)}).",
        NegotiationFailedException failed => $"Unable to negotiate with {Peer}: {failed.Reason}. Their offer: {failed.TheirOffer}",
        SshDisconnectedException told => $"Received disconnect from {Peer}:{told.ReasonCode}: {told.Description}\nDisconnected from {Peer}",
        HostKeyNotTrustedException => error.Message,
        SshViolationException { Violation: Violation.ConnectionLost } lost => ExplainLoss(lost),
        SshViolationException { Violation: Violation.PeerSilent } => $"{error.Message}\nConnection to {Peer} timed out",
        SshException => $"ssh: {config.Hostname} port {config.Port}: {error.Message}",
        _ => null,
    };

    private string ExplainLoss(SshViolationException lost)
    {
        bool isReset = lost.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset } or IOException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionReset } };
        string end = $"Connection {(isReset ? "reset" : "closed")} by {Peer}";
        if (!lost.IsBeforeIdentification) return end;
        return $"kex_exchange_identification: {(isReset ? "read: Connection reset by peer" : "Connection closed by remote host")}\n{end}";
    }
}
