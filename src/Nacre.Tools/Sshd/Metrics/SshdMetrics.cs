using System.Collections.Concurrent;
using Nacre.Server;

namespace Nacre.Tools.Sshd.Metrics;

/// <summary>Counts what sshd does, from its start on.</summary>
internal sealed class SshdMetrics(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Method, string Outcome), long> _attempts = [];
    private readonly Histogram _logins = new(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120);
    private readonly Histogram _connections = new(1, 10, 60, 600, 3600, 4 * 3600, 24 * 3600);
    private long _accepted;
    private long _refused;
    private long _open;
    private long _handshakes;
    private long _rekeys;
    private long _channels;
    private long _received;
    private long _sent;

    /// <summary>Somebody connects, and is let in as far as the identification.</summary>
    public ConnectionMetrics Open()
    {
        Interlocked.Increment(ref _accepted);
        Interlocked.Increment(ref _open);
        return new ConnectionMetrics(this, time);
    }

    /// <summary>Somebody was turned away before a word was said.</summary>
    public void OnRefused() => Interlocked.Increment(ref _refused);

    internal void OnHandshake() => Interlocked.Increment(ref _handshakes);

    internal void OnAttempt(string method, string outcome) => _attempts.AddOrUpdate((method, outcome), 1, static (_, count) => count + 1);

    internal void OnLogin(TimeSpan duration) => _logins.Add(duration);

    internal void OnTally(ConnectionTally tally)
    {
        Interlocked.Add(ref _rekeys, tally.Rekeys);
        Interlocked.Add(ref _channels, tally.Channels);
        Interlocked.Add(ref _received, tally.BytesReceived);
        Interlocked.Add(ref _sent, tally.BytesSent);
    }

    internal void OnClosed(TimeSpan duration)
    {
        Interlocked.Decrement(ref _open);
        _connections.Add(duration);
    }

    /// <summary>All figures, as they are now.</summary>
    public override string ToString()
    {
        var text = new MetricsText();
        text.Add("nacre_sshd_connections_total", "counter", "Connections that were accepted.", Volatile.Read(ref _accepted));
        text.Add("nacre_sshd_refused_connections_total", "counter", "Connections that were turned away at once: too many, or their source is penalised.", Volatile.Read(ref _refused));
        text.Add("nacre_sshd_open_connections", "gauge", "Connections that are open.", Volatile.Read(ref _open));
        text.Add("nacre_sshd_handshakes_total", "counter", "First key exchanges.", Volatile.Read(ref _handshakes));
        WriteAttempts(text);
        _logins.Write(text, "nacre_sshd_login_duration_seconds", "Time from the connection to the login.");
        _connections.Write(text, "nacre_sshd_connection_duration_seconds", "Time from the connection to its end.");
        text.Add("nacre_sshd_channels_total", "counter", "Channels of connections that have ended.", Volatile.Read(ref _channels));
        text.Add("nacre_sshd_rekeys_total", "counter", "Key exchanges after the first, of connections that have ended.", Volatile.Read(ref _rekeys));
        text.Add("nacre_sshd_received_bytes_total", "counter", "Bytes from clients, of connections that have ended.", Volatile.Read(ref _received));
        text.Add("nacre_sshd_sent_bytes_total", "counter", "Bytes to clients, of connections that have ended.", Volatile.Read(ref _sent));
        return text.ToString();
    }

    private void WriteAttempts(MetricsText text)
    {
        const string name = "nacre_sshd_authentications_total";
        text.Begin(name, "counter", "Attempts to authenticate, by method and outcome.");
        foreach (((string method, string outcome), long count) in _attempts.OrderBy(each => each.Key)) text.Add(name, count, ("method", method), ("outcome", outcome));
    }
}
