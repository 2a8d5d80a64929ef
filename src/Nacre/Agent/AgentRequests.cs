using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Agent;

/// <summary>Answers the requests of one connection to the agent, one after the other (RFC 9987 5).</summary>
internal sealed class AgentRequests(HeldKeys keys, AgentLock @lock, AgentServerOptions options)
{
    private static readonly string[] Extensions = [AgentQuery.Name, SessionBind.RecordName];

    private readonly SessionBindings _bindings = new(options.Time, options.Trace);

    /// <summary>The answer, framed. Whatever is wrong with a request, the connection goes on.</summary>
    public async ValueTask<byte[]> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        AgentMessageNumber number = AgentMessage.NumberOf(request.Span);
        if (options.Trace.IsOn(1)) options.Trace.Write(1, $"type {(byte)number}");
        try
        {
            if (@lock.IsLocked) return await AnswerLockedAsync(number, request, ct).ConfigureAwait(false);
            return number switch
            {
                AgentMessageNumber.RequestIdentities => List(request),
                AgentMessageNumber.SignRequest => await SignAsync(request, ct).ConfigureAwait(false),
                AgentMessageNumber.AddIdentity or AgentMessageNumber.AddIdentityConstrained => Add(request),
                AgentMessageNumber.RemoveIdentity => Remove(request),
                AgentMessageNumber.RemoveAllIdentities => RemoveAll(request),
                AgentMessageNumber.AddSmartcardKey or AgentMessageNumber.AddSmartcardKeyConstrained => await AddTokenAsync(request, ct).ConfigureAwait(false),
                AgentMessageNumber.RemoveSmartcardKey => await RemoveTokenAsync(request, ct).ConfigureAwait(false),
                AgentMessageNumber.Lock => Status(await @lock.LockAsync(PassphraseOfLock(request), ct).ConfigureAwait(false)),
                AgentMessageNumber.Unlock => Status(await @lock.UnlockAsync(PassphraseOfUnlock(request), ct).ConfigureAwait(false)),
                AgentMessageNumber.Extension => Extend(request.Span),
                _ => Refuse($"Unknown message {(byte)number}"),
            };
        }
        catch (Exception wrong) when (wrong is SshException or CryptographicException or IOException or UnauthorizedAccessException)
        {
            // The latter ones are of keys that this machine's library does not sign with, and of tokens and their libraries.
            return Refuse(wrong.Message);
        }
    }

    // Binding is not using: one that a lock kept away would leave a connection from another host as free as a local one once it is lifted.
    private async ValueTask<byte[]> AnswerLockedAsync(AgentMessageNumber number, ReadOnlyMemory<byte> request, CancellationToken ct) => number switch
    {
        AgentMessageNumber.Unlock => Status(await @lock.UnlockAsync(PassphraseOfUnlock(request), ct).ConfigureAwait(false)),
        AgentMessageNumber.RequestIdentities => Answer([]),
        AgentMessageNumber.Extension when IsBind(request.Span) => Extend(request.Span),
        _ => Status(false),
    };

    private static byte[] Status(bool isDone)
    {
        var success = default(AgentSuccess);
        var failure = default(AgentFailure);
        return isDone ? AgentMessage.Write(ref success) : AgentMessage.Write(ref failure);
    }

    private byte[] Refuse(string why)
    {
        if (options.Trace.IsOn(1)) options.Trace.Write(1, $"refused: {Printable.Escape(why)}");
        return Status(false);
    }

    private byte[] List(ReadOnlyMemory<byte> request)
    {
        AgentMessage.Read<RequestIdentities>(request.Span);
        return Answer([.. keys.Living().Where(_bindings.Permits)]);
    }

    private static byte[] Answer(HeldKey[] listed)
    {
        var identities = new ArrayBufferWriter<byte>();
        foreach (HeldKey key in listed)
        {
            var identity = new AgentIdentityFields { PublicKey = key.Identity.Blob.Span, Comment = Encoding.UTF8.GetBytes(key.Comment) };
            identities.Write(Message.WriteRecord(ref identity));
        }

        var answer = new IdentitiesAnswer { Count = (uint)listed.Length, Identities = identities.WrittenSpan };
        return AgentMessage.Write(ref answer);
    }

    private async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        (HeldKey? key, ReadOnlyMemory<byte> data, uint flags) = ReadSignRequest(request);

        // RFC 9987 5.6: "If the agent does not support the requested flags [...] it MUST reply with an SSH_AGENT_FAILURE message."
        if ((flags & ~AgentSignatureFlags.All) != 0) return Refuse($"unsupported signature flags 0x{flags:x}");
        if (key is null || !key.TryEnter()) return Refuse("key not found");
        try
        {
            SignedLogin? login = null;
            if (key.Constraints.Destinations.Count > 0)
            {
                login = SignedLogin.Read(data.Span, key.Identity);
                if (!_bindings.PermitsLogin(key, login)) return Status(false);
            }

            if (!MaySign(key.Identity, data.Span)) return Refuse("refusing to sign with a key for a web page: the data is neither a login nor a signed message");

            if (key.Constraints.MustConfirm)
            {
                bool isConfirmed = await options.Confirmer!.ConfirmAsync(new KeyUse(key.Identity, key.Comment, login?.UserName), ct).ConfigureAwait(false);
                if (!isConfirmed) return Refuse("user refused key");
            }

            return Response(await key.Signer.SignAsync(AlgorithmFor(key.Identity.PlainKey, flags), data, ct).ConfigureAwait(false));
        }
        finally
        {
            key.Leave();
        }

        static byte[] Response(byte[] signature)
        {
            var response = new SignResponse { Signature = signature };
            return AgentMessage.Write(ref response);
        }
    }

    // A host that the agent is lent to could log in to web pages by it: keys for those sign nothing but what SSH has people sign.
    private bool MaySign(PublicKey identity, ReadOnlySpan<byte> data) =>
        identity.PlainKey is not SecurityPublicKey key || options.SignsAnythingFor(Encoding.UTF8.GetString(key.Application.Span)) || data.StartsWith("SSHSIG"u8) || SignedLogin.Read(data, identity) is not null;

    private (HeldKey? Key, ReadOnlyMemory<byte> Data, uint Flags) ReadSignRequest(ReadOnlyMemory<byte> request)
    {
        SignRequest fields = AgentMessage.Read<SignRequest>(request.Span);
        return (keys.Find(fields.PublicKey), Within(request, fields.Data), fields.Flags);
    }

    // RFC 9987 5.6.1: the flags say with which hash an RSA key signs; without them it is SHA-1, and other keys have one way only.
    private static string AlgorithmFor(PublicKey plain, uint flags)
    {
        if (plain.Type != KeyAlgorithm.Rsa) return plain.SignatureAlgorithms[0];
        if ((flags & AgentSignatureFlags.RsaSha256) != 0) return KeyAlgorithm.RsaSha256;
        return (flags & AgentSignatureFlags.RsaSha512) != 0 ? KeyAlgorithm.RsaSha512 : KeyAlgorithm.Rsa;
    }

    private byte[] Add(ReadOnlyMemory<byte> request)
    {
        if (AgentMessage.NumberOf(request.Span) == AgentMessageNumber.AddIdentity)
        {
            AddIdentity plain = AgentMessage.Read<AddIdentity>(request.Span);
            return Add(plain.Key, plain.Comment, AgentConstraints.None);
        }

        AddIdentityConstrained constrained = AgentMessage.Read<AddIdentityConstrained>(request.Span);
        return Add(constrained.Key, constrained.Comment, AgentConstraints.Read(constrained.Constraints));
    }

    private byte[] Add(AgentKeyFields fields, ReadOnlySpan<byte> comment, AgentConstraints constraints)
    {
        if (constraints.SecurityKeyProvider is { } provider && _bindings.IsRemote && !options.AllowsRemoteProviders) return Refuse($"failed add of SK provider \"{provider}\": remote addition of providers is disabled");
        PrivateKey key = fields.ToKey(out Certificate? certificate);
        AgentAdditions.Add(keys, options, key, certificate, Encoding.UTF8.GetString(comment), constraints, _bindings.Permits);
        return Status(true);
    }

    private byte[] Remove(ReadOnlyMemory<byte> request)
    {
        HeldKey? key = keys.Find(AgentMessage.Read<RemoveIdentity>(request.Span).PublicKey);
        return Status(key is not null && _bindings.Permits(key) && keys.Remove(each => each == key) == 1);
    }

    private byte[] RemoveAll(ReadOnlyMemory<byte> request)
    {
        AgentMessage.Read<RemoveAllIdentities>(request.Span);
        keys.Remove(static _ => true);
        return Status(true);
    }

    private async ValueTask<byte[]> AddTokenAsync(ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        (string named, ReadOnlyMemory<byte> pin, AgentConstraints constraints) = ReadToken(request);
        if (_bindings.IsRemote && !options.AllowsRemoteProviders) return Refuse($"failed PKCS#11 add of \"{named}\": remote addition of providers is disabled");
        if (ProviderPath.Resolve(named) is not { } path) return Refuse($"failed PKCS#11 add of \"{named}\": there is no such file");
        if (options.AllowsProvider?.Invoke(path) != true) return Refuse($"refusing PKCS#11 add of \"{path}\": provider not allowed");
        if (options.Tokens is not { } tokens) return Refuse($"failed PKCS#11 add of \"{path}\": this agent has no way to speak with tokens");
        if (constraints.SecurityKeyProvider is not null) return Refuse("a token is not a security key");
        IReadOnlyList<TokenKey> token = await tokens.OpenAsync(path, pin, ct).ConfigureAwait(false);
        return Status(AgentAdditions.Add(keys, options, token, path, constraints) > 0);
    }

    private static (string Provider, ReadOnlyMemory<byte> Pin, AgentConstraints Constraints) ReadToken(ReadOnlyMemory<byte> request)
    {
        if (AgentMessage.NumberOf(request.Span) == AgentMessageNumber.AddSmartcardKey)
        {
            AddSmartcardKey plain = AgentMessage.Read<AddSmartcardKey>(request.Span);
            return (AgentStrings.Text(plain.ProviderId), Within(request, plain.Pin), AgentConstraints.None);
        }

        AddSmartcardKeyConstrained constrained = AgentMessage.Read<AddSmartcardKeyConstrained>(request.Span);
        return (AgentStrings.Text(constrained.ProviderId), Within(request, constrained.Pin), AgentConstraints.Read(constrained.Constraints));
    }

    private async ValueTask<byte[]> RemoveTokenAsync(ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        string named = AgentStrings.Text(AgentMessage.Read<RemoveSmartcardKey>(request.Span).ReaderId);
        if (ProviderPath.Resolve(named) is not { } path) return Refuse($"failed PKCS#11 remove of \"{named}\": there is no such file");
        int removed = keys.Remove(key => key.Provider == path);
        bool wasOpen = options.Tokens is { } tokens && await tokens.CloseAsync(path, ct).ConfigureAwait(false);
        return Status(wasOpen || removed > 0);
    }

    private static bool IsBind(ReadOnlySpan<byte> request) => AgentMessage.Read<AgentExtension>(request).Type.SequenceEqual(Encoding.ASCII.GetBytes(SessionBind.RecordName));

    private byte[] Extend(ReadOnlySpan<byte> request)
    {
        AgentExtension extension = AgentMessage.Read<AgentExtension>(request);
        if (IsBind(request)) return _bindings.TryBind(extension.Contents) ? Status(true) : ExtensionFailed();
        if (!extension.Type.SequenceEqual(Encoding.ASCII.GetBytes(AgentQuery.Name))) return Refuse($"unsupported extension \"{Encoding.UTF8.GetString(extension.Type)}\"");
        return extension.Contents.IsEmpty ? AgentQuery.WriteAnswer(Extensions) : ExtensionFailed();
    }

    // RFC 9987 5.8: the extension is known, and only this use of it is refused.
    private static byte[] ExtensionFailed()
    {
        var failure = default(AgentExtensionFailure);
        return AgentMessage.Write(ref failure);
    }

    private static ReadOnlyMemory<byte> PassphraseOfLock(ReadOnlyMemory<byte> request) => Within(request, AgentMessage.Read<LockAgent>(request.Span).Passphrase);

    private static ReadOnlyMemory<byte> PassphraseOfUnlock(ReadOnlyMemory<byte> request) => Within(request, AgentMessage.Read<UnlockAgent>(request.Span).Passphrase);

    /// <summary>The memory that a field of a request lies in.</summary>
    private static ReadOnlyMemory<byte> Within(ReadOnlyMemory<byte> request, ReadOnlySpan<byte> field) =>
        request.Span.Overlaps(field, out int offset) ? request.Slice(offset, field.Length) : default;
}
