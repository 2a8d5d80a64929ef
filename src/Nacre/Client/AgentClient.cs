using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Client;

/// <summary>Speaks with the agent that keeps the user's keys (RFC 9987), over the socket that SSH_AUTH_SOCK names.</summary>
/// <remarks>One request is under way at a time, so a reply is the one to the request before it. After a failure to speak with it, the agent is gone.</remarks>
public sealed class AgentClient : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private bool _isGone;

    /// <summary>Speaks with an agent over a stream.</summary>
    /// <param name="stream">The stream, which is taken over.</param>
    public AgentClient(Stream stream) => _stream = stream;

    /// <summary>Connects to an agent.</summary>
    /// <param name="socketPath">The Unix socket's name.</param>
    /// <param name="ct">Cancels connecting.</param>
    /// <returns>The agent, or null when none listens there.</returns>
    public static async ValueTask<AgentClient?> ConnectAsync(string socketPath, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(socketPath);
        Socket? socket = await DialAsync(socketPath, ct).ConfigureAwait(false);
        return socket is null ? null : new AgentClient(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>A connection to an agent; null when none listens there.</summary>
    internal static async ValueTask<Socket?> DialAsync(string socketPath, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), ct).ConfigureAwait(false);
            await PoolThread.EnterAsync();
            return socket;
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The keys that the agent has and that are of a type known here; none when the agent is gone or locked.</summary>
    /// <param name="ct">Cancels waiting for the agent.</param>
    /// <returns>The keys, in the agent's order.</returns>
    public async ValueTask<IReadOnlyList<AgentIdentity>> ListAsync(CancellationToken ct)
    {
        try
        {
            byte[] reply = await ExchangeAsync(RequestBytes(), ct).ConfigureAwait(false);
            return AgentMessage.NumberOf(reply) == AgentMessageNumber.IdentitiesAnswer ? Read(reply) : [];
        }
        catch (SshException)
        {
            return [];
        }

        static byte[] RequestBytes()
        {
            var request = default(RequestIdentities);
            return AgentMessage.Write(ref request);
        }
    }

    /// <summary>Gives the agent a key to keep.</summary>
    /// <param name="key">The key; the agent gets a copy.</param>
    /// <param name="comment">What the agent calls it.</param>
    /// <param name="lifetime">How long it keeps the key, in whole seconds; for ever when null.</param>
    /// <param name="mustConfirm">True when a person is to confirm each use.</param>
    /// <param name="ct">Cancels waiting for the agent.</param>
    /// <returns>Done when the agent has the key.</returns>
    /// <exception cref="SshException">The agent refused the key, or is gone.</exception>
    public async ValueTask AddAsync(PrivateKey key, string comment, TimeSpan? lifetime = null, bool mustConfirm = false, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(comment);
        byte[] request = RequestBytes();
        try
        {
            byte[] reply = await ExchangeAsync(request, ct).ConfigureAwait(false);
            if (AgentMessage.NumberOf(reply) != AgentMessageNumber.Success) throw new SshException("agent refused operation");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(request);
        }

        byte[] RequestBytes()
        {
            byte[] name = Encoding.UTF8.GetBytes(comment);
            byte[] constraints = new AgentConstraints { Lifetime = lifetime, MustConfirm = mustConfirm }.ToBytes();
            if (constraints.Length == 0)
            {
                var plain = new AddIdentity { Key = AgentKeyFields.Of(key, certificate: null), Comment = name };
                return AgentMessage.Write(ref plain);
            }

            var constrained = new AddIdentityConstrained { Key = AgentKeyFields.Of(key, certificate: null), Comment = name, Constraints = constraints };
            return AgentMessage.Write(ref constrained);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _isGone = true;
        await _stream.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    /// <summary>Tells the agent which session its keys are used for through this connection, so that it can hold them to the hosts that they were added for.</summary>
    /// <param name="session">The session, after its first key exchange.</param>
    /// <param name="isForwarding">True when programs at the server use the connection, false when it serves to log in there.</param>
    /// <param name="ct">Cancels waiting for the agent.</param>
    /// <returns>False from an agent that refuses or knows nothing of sessions; it can be used all the same.</returns>
    /// <exception cref="SshException">The agent is gone.</exception>
    internal async ValueTask<bool> BindAsync(ITransport session, bool isForwarding, CancellationToken ct)
    {
        byte[] reply = await ExchangeAsync(RequestBytes(), ct).ConfigureAwait(false);
        return AgentMessage.NumberOf(reply) == AgentMessageNumber.Success;

        byte[] RequestBytes()
        {
            var bind = new SessionBind
            {
                HostKey = session.HostKey.Span,
                SessionId = session.SessionId.Span,
                Signature = session.HostKeySignature.Span,
                IsForwarding = isForwarding,
            };
            var request = new AgentExtension { Type = Encoding.ASCII.GetBytes(SessionBind.RecordName), Contents = Message.WriteRecord(ref bind) };
            return AgentMessage.Write(ref request);
        }
    }

    internal async ValueTask<byte[]> SignAsync(PublicKey key, string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        string signatureName = KeyAlgorithm.Find(algorithm, key.Type)?.SignatureName ?? algorithm;
        byte[] reply = await ExchangeAsync(RequestBytes(), ct).ConfigureAwait(false);
        if (AgentMessage.NumberOf(reply) != AgentMessageNumber.SignResponse) throw new SshException("agent refused operation");
        byte[] signature = AgentMessage.Read<SignResponse>(reply).Signature.ToArray();

        // An old agent signs with SHA-1 whatever the flags say; the server would refuse it with no word why.
        return IsBy(signatureName, signature) ? signature : throw new SshException($"agent signed by another algorithm than {algorithm}");

        byte[] RequestBytes()
        {
            var request = new SignRequest { PublicKey = key.Blob.Span, Data = data.Span, Flags = FlagsFor(signatureName) };
            return AgentMessage.Write(ref request);
        }
    }

    /// <summary>Sends one request and reads its reply, which is a message without its length.</summary>
    internal async ValueTask<byte[]> ExchangeAsync(byte[] request, CancellationToken ct)
    {
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_isGone) throw new SshException("communication with agent failed");

            // A reply that is not read to its end would be taken for the next one.
            _isGone = true;
            await _stream.WriteAsync(request, ct).ConfigureAwait(false);
            byte[] header = new byte[AgentMessage.HeaderLength];
            await _stream.ReadExactlyAsync(header, ct).ConfigureAwait(false);
            byte[] reply = await ReadBodyAsync(AgentMessage.ReadLength(header), ct).ConfigureAwait(false);
            _isGone = false;
            await PoolThread.EnterAsync();
            return reply;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            throw new SshException("communication with agent failed", error);
        }
        finally
        {
            _turn.Release();
        }
    }

    // The reply grows as it comes: what is announced and not sent costs nothing.
    private async ValueTask<byte[]> ReadBodyAsync(int length, CancellationToken ct)
    {
        byte[] body = new byte[Math.Min(length, 4096)];
        for (int filled = 0; ;)
        {
            await _stream.ReadExactlyAsync(body.AsMemory(filled), ct).ConfigureAwait(false);
            filled = body.Length;
            if (filled == length) return body;
            Array.Resize(ref body, (int)Math.Min(length, filled * 2L));
        }
    }

    private List<AgentIdentity> Read(byte[] reply)
    {
        IdentitiesAnswer answer = AgentMessage.Read<IdentitiesAnswer>(reply);
        if (answer.Count > IdentitiesAnswer.MaxIdentities)
        {
            throw new SshViolationException(Violation.FieldTooLong, $"The agent lists {answer.Count} keys where {IdentitiesAnswer.MaxIdentities} are allowed.");
        }

        var identities = new List<AgentIdentity>();
        var reader = new FieldReader(answer.Identities);
        for (uint i = 0; i < answer.Count; i++)
        {
            AgentIdentityFields fields = default;
            AgentIdentityFields.Fields(ref reader, ref fields);
            if (PublicKey.TryParse(fields.PublicKey, out PublicKey? key)) identities.Add(new AgentIdentity(this, key, Encoding.UTF8.GetString(fields.Comment)));
        }

        reader.End();
        return identities;
    }

    private static uint FlagsFor(string signature) => signature switch
    {
        KeyAlgorithm.RsaSha256 => AgentSignatureFlags.RsaSha256,
        KeyAlgorithm.RsaSha512 => AgentSignatureFlags.RsaSha512,
        _ => AgentSignatureFlags.None,
    };

    private static bool IsBy(string algorithm, ReadOnlySpan<byte> signature)
    {
        ReadOnlySpan<byte> name = default;
        new FieldReader(signature).Text(ref name, NameList.MaxNameLength);
        return name.SequenceEqual(Encoding.ASCII.GetBytes(algorithm));
    }
}
