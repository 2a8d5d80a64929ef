using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.SecurityKeys;

/// <summary>Has a provider of security keys make keys, sign and tell what keys there are: each in a process of its own (<see cref="SecurityKeyProgram"/>).</summary>
/// <param name="provider">The path of the shared library.</param>
internal sealed class SecurityKeyProcess(string provider) : ISecurityKeyDevice
{
    /// <summary>The provider that OpenSSH has within itself where its builder wanted so, and which we have not.</summary>
    public const string NoProvider = "internal";

    /// <summary>The provider that the environment names; null for none.</summary>
    public static string? ProviderOfEnvironment => Environment.GetEnvironmentVariable("SSH_SK_PROVIDER") is { Length: > 0 } named ? named : null;

    /// <inheritdoc/>
    public async Task<EnrolledSecurityKey> EnrollAsync(SecurityKeyWish wish, Password? pin, CancellationToken ct)
    {
        byte[] result = await AskAsync(WriteEnrolment(wish, pin), ct).ConfigureAwait(false);
        return ReadKeys(result) is [var key] ? key : throw new SecurityKeyException(SecurityKeyFault.General);
    }

    /// <inheritdoc/>
    public async Task<byte[]> SignAsync(SecurityPrivateKey key, string algorithm, ReadOnlyMemory<byte> data, Password? pin, CancellationToken ct)
    {
        if (KeyAlgorithm.Find(algorithm, key.PublicKey.Type) is not { IsWebauthn: false }) throw new ArgumentException($"A key of the type {key.PublicKey.Type} does not sign with {algorithm}.", nameof(algorithm));
        byte[] result = await AskAsync(WriteSigning(key, data.Span, pin), ct).ConfigureAwait(false);
        byte[] signature = ReadSignature(key, algorithm, result);
        return key.PublicKey.Verify(algorithm, data.Span, signature, out _) ? signature : throw new SecurityKeyException(SecurityKeyFault.General, "the security key's signature is wrong");
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EnrolledSecurityKey>> LoadResidentKeysAsync(string? device, Password? pin, CancellationToken ct) =>
        ReadKeys(await AskAsync(WriteLoading(device, pin), ct).ConfigureAwait(false));

    private Secret WriteEnrolment(SecurityKeyWish wish, Password? pin)
    {
        SecurityKeyRequest request = Request(SecurityKeyTask.Enroll, wish.Device, pin);
        request.Algorithm = wish.IsEcdsa ? SecurityKeyRequest.Ecdsa : SecurityKeyRequest.Ed25519;
        request.Data = wish.Challenge.Span;
        request.Application = Encoding.UTF8.GetBytes(wish.Application);
        request.Flags = (byte)wish.Flags;
        request.User = Encoding.UTF8.GetBytes(wish.User ?? "");
        return Message.WriteSecretRecord(ref request);
    }

    private Secret WriteSigning(SecurityPrivateKey key, ReadOnlySpan<byte> data, Password? pin)
    {
        SecurityKeyRequest request = Request(SecurityKeyTask.Sign, null, pin);
        request.Algorithm = key.SecurityPublicKey.Key is EcdsaPublicKey ? SecurityKeyRequest.Ecdsa : SecurityKeyRequest.Ed25519;
        request.Data = data;
        request.Application = key.SecurityPublicKey.Application.Span;
        request.KeyHandle = key.KeyHandle;
        request.Flags = (byte)key.Flags;
        return Message.WriteSecretRecord(ref request);
    }

    private Secret WriteLoading(string? device, Password? pin)
    {
        SecurityKeyRequest request = Request(SecurityKeyTask.LoadResidentKeys, device, pin);
        return Message.WriteSecretRecord(ref request);
    }

    private SecurityKeyRequest Request(SecurityKeyTask task, string? device, Password? pin) => new()
    {
        Task = (byte)task,
        Provider = Encoding.UTF8.GetBytes(provider),
        HasPin = pin is not null,
        Pin = pin is null ? default : pin.Utf8,
        Device = Encoding.UTF8.GetBytes(device ?? ""),
    };

    private async Task<byte[]> AskAsync(Secret request, CancellationToken ct)
    {
        if (provider.Equals(NoProvider, StringComparison.OrdinalIgnoreCase))
        {
            request.Dispose();
            throw new SecurityKeyException(SecurityKeyFault.NoProvider, "internal security key support not enabled; name a provider's library by SSH_SK_PROVIDER");
        }

        using (request)
        {
            try
            {
                return ReadReply(await RunAsync(request, ct).ConfigureAwait(false));
            }
            catch (Exception broken) when (broken is UnixException or IOException or SshViolationException)
            {
                throw new SecurityKeyException(SecurityKeyFault.NoProvider, $"Provider \"{Printable.Escape(provider)}\" ended without an answer");
            }
        }
    }

    private async Task<byte[]> RunAsync(Secret request, CancellationToken ct)
    {
        ProviderProcess helper = ProviderProcess.Start(SecurityKeyProgram.Verb);
        await using (helper.ConfigureAwait(false))
        {
            byte[] reply = new byte[SecurityKeyRequest.MaxLength];
            try
            {
                await helper.Requests.WriteAsync(request.Memory, ct).ConfigureAwait(false);
                await helper.Requests.DisposeAsync().ConfigureAwait(false);
                int length = await helper.Replies.ReadAtLeastAsync(reply, reply.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
                await helper.Exited.WaitAsync(ct).ConfigureAwait(false);
                return reply[..length];
            }
            finally
            {
                CryptographicOperations.ZeroMemory(reply);
                helper.Kill();
            }
        }
    }

    private static byte[] ReadReply(byte[] bytes)
    {
        ProviderReply reply = Message.ReadRecord<ProviderReply>(bytes);
        if (reply.Fault != 0) throw new SecurityKeyException((SecurityKeyFault)reply.Fault, Printable.Escape(reply.Explanation));
        return reply.Result.ToArray();
    }

    private static List<EnrolledSecurityKey> ReadKeys(byte[] result)
    {
        try
        {
            var keys = new List<EnrolledSecurityKey>();
            var reader = new FieldReader(result);
            while (reader.Remaining > 0)
            {
                EnrolledKeyFields fields = default;
                EnrolledKeyFields.Fields(ref reader, ref fields);
                keys.Add(ReadKey(fields));
            }

            return keys;
        }
        catch (SshViolationException broken)
        {
            throw new SecurityKeyException(SecurityKeyFault.General, $"the provider's key makes no sense: {broken.Message}");
        }
    }

    private static EnrolledSecurityKey ReadKey(in EnrolledKeyFields fields)
    {
        PublicKey plain = fields.Algorithm switch
        {
            SecurityKeyRequest.Ecdsa => EcdsaPublicKey.Of(EcdsaCurve.P256, fields.PublicKey),
            SecurityKeyRequest.Ed25519 => Ed25519PublicKey.Of(fields.PublicKey),
            _ => throw KeyFormatException.Unsupported($"The provider made a key of an unknown kind, {fields.Algorithm}."),
        };
        return new EnrolledSecurityKey(new SecurityPrivateKey(SecurityPublicKey.Of(plain, fields.Application), (SecurityKeyFlags)fields.Flags, fields.KeyHandle, []))
        {
            UserId = fields.UserId.ToArray(),
            Signature = fields.Signature.ToArray(),
            Certificate = fields.Certificate.ToArray(),
            AuthenticatorData = fields.AuthenticatorData.ToArray(),
        };
    }

    // PROTOCOL.u2f, "SSH U2F Signatures".
    private static byte[] ReadSignature(SecurityPrivateKey key, string algorithm, byte[] result)
    {
        RawSignatureFields raw = Message.ReadRecord<RawSignatureFields>(result);
        ReadOnlySpan<byte> blob = raw.R;
        if (key.SecurityPublicKey.Key is EcdsaPublicKey)
        {
            var numbers = new EcdsaSignatureFields { R = raw.R.TrimStart((byte)0), S = raw.S.TrimStart((byte)0) };
            blob = Message.WriteRecord(ref numbers);
        }

        var fields = new SecuritySignatureFields { Algorithm = Encoding.ASCII.GetBytes(KeyAlgorithm.Find(algorithm, key.PublicKey.Type)!.SignatureName), Blob = blob, Flags = raw.Flags, Counter = raw.Counter };
        return Message.WriteRecord(ref fields);
    }
}
