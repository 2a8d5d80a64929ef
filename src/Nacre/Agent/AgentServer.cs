using System.Net.Sockets;
using Nacre.Forwarding;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Agent;

/// <summary>An agent: keeps private keys, and signs with them for whoever speaks the agent protocol with it (RFC 9987), ssh and ssh-add of OpenSSH included.</summary>
/// <remarks>
/// Keys may come with a lifetime, be confirmed by a person each time, or be for certain hosts only. No key ever leaves the agent. It serves any number of
/// connections at once; those that come through SSH are known by what OpenSSH's clients say of them, and can do less.
/// </remarks>
public sealed class AgentServer : IAsyncDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly AgentServerOptions _options;
    private readonly HeldKeys _keys;
    private readonly AgentLock _lock;
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Makes an agent without keys.</summary>
    /// <param name="options">How it keeps them.</param>
    public AgentServer(AgentServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _keys, _lock) = (options, new HeldKeys(options.Time, options.Trace), new AgentLock(options.Time, options.Trace));
    }

    /// <summary>The keys that it has, certificates included, in the order in which they came; also while it is locked.</summary>
    public IReadOnlyList<PublicKey> Keys => [.. _keys.Living().Select(static key => key.Identity)];

    /// <summary>Gives the agent a key, which it takes over and erases in the end; one that it has already is replaced.</summary>
    /// <param name="key">The key.</param>
    /// <param name="comment">What it is called.</param>
    /// <param name="certificate">The certificate that is added, with its own copy of the key; null for the plain key.</param>
    /// <param name="constraints">The conditions under which it may be used; none when null.</param>
    /// <exception cref="ArgumentException">The certificate is for another key.</exception>
    /// <exception cref="SshException">The agent cannot hold to one of the conditions, or has 2048 keys already.</exception>
    public void Add(PrivateKey key, string comment, Certificate? certificate = null, AgentConstraints? constraints = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(comment);
        if (certificate is not null && !certificate.PlainKey.Equals(key.PublicKey)) throw new ArgumentException("The certificate is for another key.", nameof(certificate));
        AgentAdditions.Add(_keys, _options, key, certificate, comment, constraints ?? AgentConstraints.None, static _ => true);
    }

    /// <summary>Erases all keys.</summary>
    /// <returns>How many there were.</returns>
    public int RemoveAll() => _keys.Remove(static _ => true);

    /// <summary>Serves one connection until its end.</summary>
    /// <param name="connection">The connection, which stays the caller's. Whoever has it may use the keys.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>Done when the other end has closed, or has broken the protocol.</returns>
    public async Task ServeAsync(Stream connection, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(connection);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, _stop.Token);
        using var reader = new AgentMessageReader(connection);
        var requests = new AgentRequests(_keys, _lock, _options);
        try
        {
            while (!(await reader.ReadAsync(stop.Token).ConfigureAwait(false)).IsEmpty)
            {
                byte[] reply = await requests.AnswerAsync(reader.Message, stop.Token).ConfigureAwait(false);
                await connection.WriteAsync(reply, stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception broken) when (broken is SshException or IOException or ObjectDisposedException)
        {
            _options.Trace.Write(1, $"connection ended: {Printable.Escape(broken.Message)}");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The agent has ended, and with it the connection.
        }
    }

    /// <summary>Listens at a Unix socket, which only this user may connect to, and serves all who do.</summary>
    /// <param name="socketPath">The socket's name; nothing may be there, and the directory should be this user's alone.</param>
    /// <param name="ct">Ends listening, and every connection.</param>
    /// <returns>Done when it was ended; the socket is removed.</returns>
    /// <exception cref="IOException">It cannot listen there.</exception>
    public async Task ListenAsync(string socketPath, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(socketPath);
        await RunAsync(await Listener.StartAsync(SocketEndpoint.AtPath(socketPath), ForwardOptions.Default with { SocketMode = OwnerOnly }, rights: null, ServeAsync, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
    }

    /// <summary>Ends every connection and erases all keys.</summary>
    /// <returns>Done when that is done.</returns>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _keys.Dispose();
        _lock.Dispose();
        _stop.Dispose();
    }

    /// <summary>Serves all who connect to a socket that listens already, and is taken over.</summary>
    internal Task ListenAsync(Socket listening, CancellationToken ct) => RunAsync(Listener.Over([listening], SocketEndpoint.AtPath(""), ServeAsync), ct);

    private static async Task RunAsync(Listener listener, CancellationToken ct)
    {
        await using (listener.ConfigureAwait(false)) await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // the directory and the mode keep others out; should they fail, the kernel still says who it is.
    private async Task ServeAsync(Socket socket)
    {
        uint caller = PeerCredentials.Of(socket).Uid;
        if (caller != 0 && caller != Users.CurrentUid)
        {
            socket.Dispose();
            _options.Warn?.Invoke($"uid mismatch: peer euid {caller} != uid {Users.CurrentUid}");
            return;
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        await using (stream.ConfigureAwait(false)) await ServeAsync(stream, CancellationToken.None).ConfigureAwait(false);
    }
}
