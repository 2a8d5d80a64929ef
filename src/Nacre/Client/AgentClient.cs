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
        try
        {
            return await OpenAsync(socketPath, ct).ConfigureAwait(false);
        }
        catch (SshException)
        {
            return null;
        }
    }

    /// <summary>A connection to an agent.</summary>
    /// <exception cref="SshException">None listens there, in the system's words.</exception>
    internal static async ValueTask<Socket> OpenAsync(string socketPath, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), ct).ConfigureAwait(false);
            await PoolThread.EnterAsync();
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();

            // ENOENT has no number of its own in the runtime.
            Errno number = error.SocketErrorCode == SocketError.AddressNotAvailable ? Errno.ENOENT : (Errno)error.NativeErrorCode;
            throw new SshException(UnixException.Describe(number), error);
        }
        catch (ArgumentException error)
        {
            socket.Dispose();
            throw new SshException(UnixException.Describe(Errno.ENAMETOOLONG), error);
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
            return await ReadIdentitiesAsync(ct).ConfigureAwait(false) ?? [];
        }
        catch (SshException)
        {
            return [];
        }
    }

    /// <summary>Gives the agent a key to keep.</summary>
    /// <param name="key">The key; the agent gets a copy.</param>
    /// <param name="comment">What the agent calls it.</param>
    /// <param name="constraints">The conditions under which it may be used; none when null.</param>
    /// <param name="certificate">A certificate for the key, which the agent lists in its place; null for the plain key. To have both, add both.</param>
    /// <param name="ct">Cancels waiting for the agent.</param>
    /// <returns>Done when the agent has the key.</returns>
    /// <exception cref="SshException">The agent refused the key, as one does that does not know a condition; or it is gone.</exception>
    /// <exception cref="ArgumentException">The certificate is for another key.</exception>
    public ValueTask AddAsync(PrivateKey key, string comment, AgentConstraints? constraints = null, Certificate? certificate = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(comment);
        byte[] name = Encoding.UTF8.GetBytes(comment), conditions = (constraints ?? AgentConstraints.None).ToBytes();
        var plain = new AddIdentity { Key = AgentKeyFields.Of(key, certificate), Comment = name };
        var constrained = new AddIdentityConstrained { Key = plain.Key, Comment = name, Constraints = conditions };
        return AskAsync(conditions.Length == 0 ? AgentMessage.Write(ref plain) : AgentMessage.Write(ref constrained), ct);
    }

    /// <summary>Has the agent load the keys of a PKCS#11 token.</summary>
    /// <param name="provider">The path of the token's library, which the agent loads, not this process.</param>
    /// <param name="pin">The token's PIN; empty for none. It stays the caller's to erase.</param>
    /// <param name="constraints">The conditions under which the keys may be used, and certificates for them; none when null.</param>
    /// <param name="ct">Cancels waiting for the agent.</param>
    /// <returns>Done when the agent has the keys.</returns>
    /// <exception cref="SshException">The agent refused, as one does that may not load the library; or it is gone.</exception>
    public ValueTask AddTokenAsync(string provider, ReadOnlyMemory<byte> pin, AgentConstraints? constraints = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        byte[] name = Encoding.UTF8.GetBytes(provider), conditions = (constraints ?? AgentConstraints.None).ToBytes();
        var plain = new AddSmartcardKey { ProviderId = name, Pin = pin.Span };
        var constrained = new AddSmartcardKeyConstrained { ProviderId = name, Pin = pin.Span, Constraints = conditions };
        return AskAsync(conditions.Length == 0 ? AgentMessage.Write(ref plain) : AgentMessage.Write(ref constrained), ct);
    }

    /// <summary>Takes the keys of a PKCS#11 token out of the agent.</summary>
    /// <param name="provider">The path of the token's library, as it was given to <see cref="AddTokenAsync"/>.</param>
    /// <param name="pin">The token's PIN; empty for none. It stays the caller's to erase.</param>
    /// <param name="ct">Cancels waiting for the agent.</param>
    /// <returns>Done when the agent has them no more.</returns>
    /// <exception cref="SshException">The agent had none of them, or is gone.</exception>
    public ValueTask RemoveTokenAsync(string provider, ReadOnlyMemory<byte> pin = default, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        var request = new RemoveSmartcardKey { ReaderId = Encoding.UTF8.GetBytes(provider), Pin = pin.Span };
        return AskAsync(AgentMessage.Write(ref request), ct);
    }

    /// <summary>Takes a key out of the agent.</summary>
    /// <param name="key">The key, or the certificate that it was added with.</param>
    /// <param name="ct">Cancels waiting for the agent.</param>
    /// <returns>Done when the agent has it no more.</returns>
    /// <exception cref="SshException">The agent did not have it, or is gone.</exception>
    public ValueTask RemoveAsync(PublicKey key, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var request = new RemoveIdentity { PublicKey = key.Blob.Span };
        return AskAsync(AgentMessage.Write(ref request), ct);
    }

    /// <summary>Takes all keys out of the agent.</summary>
    /// <param name="ct">Cancels waiting for the agent.</param>
    /// <returns>Done when the agent has none any more.</returns>
    /// <exception cref="SshException">The agent refused, or is gone.</exception>
    public ValueTask RemoveAllAsync(CancellationToken ct = default)
    {
        var request = default(RemoveAllIdentities);
        return AskAsync(AgentMessage.Write(ref request), ct);
    }

    /// <summary>Locks the agent: until it is unlocked it lists no key and signs nothing.</summary>
    /// <param name="password">What unlocks it. It stays the caller's to erase.</param>
    /// <param name="ct">Cancels waiting for the agent.</param>
    /// <returns>Done when the agent is locked.</returns>
    /// <exception cref="SshException">The agent refused, as one does that is locked already; or it is gone.</exception>
    public ValueTask LockAsync(ReadOnlyMemory<byte> password, CancellationToken ct = default)
    {
        var request = new LockAgent { Passphrase = password.Span };
        return AskAsync(AgentMessage.Write(ref request), ct);
    }

    /// <summary>Unlocks the agent. Agents take longer to answer with each wrong password.</summary>
    /// <param name="password">What it was locked with. It stays the caller's to erase.</param>
    /// <param name="ct">Cancels waiting for the agent.</param>
    /// <returns>Done when the agent is unlocked.</returns>
    /// <exception cref="SshException">The password is wrong, the agent is not locked, or it is gone.</exception>
    public ValueTask UnlockAsync(ReadOnlyMemory<byte> password, CancellationToken ct = default)
    {
        var request = new UnlockAgent { Passphrase = password.Span };
        return AskAsync(AgentMessage.Write(ref request), ct);
    }

    /// <summary>Asks the agent which extensions of its protocol it has (RFC 9987 5.8.1).</summary>
    /// <param name="ct">Cancels waiting for the agent.</param>
    /// <returns>Their names, the agent's words: escape them before they are shown.</returns>
    /// <exception cref="SshException">The agent does not tell, as older ones do not; or it is gone.</exception>
    public async ValueTask<IReadOnlyList<string>> ListExtensionsAsync(CancellationToken ct = default)
    {
        byte[] reply = await ExchangeAsync(AgentQuery.Write(), ct).ConfigureAwait(false);
        return AgentMessage.NumberOf(reply) == AgentMessageNumber.ExtensionResponse ? AgentQuery.ReadAnswer(reply) : throw Refused();
    }

    /// <summary>Sends a request that an extension defines.</summary>
    /// <param name="name">The extension, such as name@example.com.</param>
    /// <param name="contents">What the extension says of its request's form.</param>
    /// <param name="ct">Cancels waiting for the agent.</param>
    /// <returns>What the agent answers beyond success, without the extension's name; null from one that does not know the extension.</returns>
    /// <exception cref="SshException">The agent knows it and refused, answered something else, or is gone.</exception>
    public async ValueTask<byte[]?> CallExtensionAsync(string name, ReadOnlyMemory<byte> contents, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        byte[] reply = await ExchangeAsync(ExtensionBytes(Encoding.UTF8.GetBytes(name), contents.Span), ct).ConfigureAwait(false);
        return AgentMessage.NumberOf(reply) switch
        {
            AgentMessageNumber.Success => [],
            AgentMessageNumber.Failure => null,
            AgentMessageNumber.ExtensionResponse => Contents(),
            _ => throw Refused(),
        };

        byte[] Contents()
        {
            AgentExtensionResponse response = AgentMessage.Read<AgentExtensionResponse>(reply);
            if (response.Type.SequenceEqual(Encoding.UTF8.GetBytes(name))) return response.Contents.ToArray();
            throw new SshViolationException(Violation.FieldMalformed, $"The agent answers for another extension than {Printable.Escape(name)}.");
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
            return ExtensionBytes(Encoding.ASCII.GetBytes(SessionBind.RecordName), Message.WriteRecord(ref bind));
        }
    }

    internal async ValueTask<byte[]> SignAsync(PublicKey key, string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        string signatureName = KeyAlgorithm.Find(algorithm, key.Type)?.SignatureName ?? algorithm;
        byte[] reply = await ExchangeAsync(RequestBytes(), ct).ConfigureAwait(false);
        if (AgentMessage.NumberOf(reply) != AgentMessageNumber.SignResponse) throw Refused();
        byte[] signature = AgentMessage.Read<SignResponse>(reply).Signature.ToArray();

        // An old agent signs with SHA-1 whatever the flags say; the server would refuse it with no word why.
        return IsBy(signatureName, signature) ? signature : throw new SshException($"agent signed by another algorithm than {algorithm}");

        byte[] RequestBytes()
        {
            var request = new SignRequest { PublicKey = key.Blob.Span, Data = data.Span, Flags = FlagsFor(signatureName) };
            return AgentMessage.Write(ref request);
        }
    }

    /// <summary>The keys of <see cref="ListAsync"/>; null when the agent has none of whatever type.</summary>
    /// <exception cref="SshException">The agent refused, or is gone.</exception>
    internal async ValueTask<IReadOnlyList<AgentIdentity>?> ReadIdentitiesAsync(CancellationToken ct)
    {
        byte[] reply = await ExchangeAsync(RequestBytes(), ct).ConfigureAwait(false);
        return AgentMessage.NumberOf(reply) == AgentMessageNumber.IdentitiesAnswer ? Read(reply) : throw Refused();

        static byte[] RequestBytes()
        {
            var request = default(RequestIdentities);
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

    private static SshException Refused() => new("agent refused operation");

    private static byte[] ExtensionBytes(ReadOnlySpan<byte> name, ReadOnlySpan<byte> contents)
    {
        var request = new AgentExtension { Type = name, Contents = contents };
        return AgentMessage.Write(ref request);
    }

    /// <summary>Sends a request that is answered by success or failure, and erases it: it may hold what is secret.</summary>
    private async ValueTask AskAsync(byte[] request, CancellationToken ct)
    {
        try
        {
            byte[] reply = await ExchangeAsync(request, ct).ConfigureAwait(false);
            if (AgentMessage.NumberOf(reply) != AgentMessageNumber.Success) throw Refused();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(request);
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

    private List<AgentIdentity>? Read(byte[] reply)
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
        return answer.Count == 0 ? null : identities;
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
