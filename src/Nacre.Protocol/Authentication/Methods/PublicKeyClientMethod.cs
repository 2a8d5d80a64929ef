using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication.Methods;

/// <summary>The method publickey (RFC 4252 7): tries each identity once, in order.</summary>
internal sealed class PublicKeyClientMethod : ClientMethod
{
    private readonly RequestSender _requests;
    private readonly List<IIdentity> _untried;
    private readonly List<IIdentity> _tried = [];
    private readonly HashSet<PublicKey> _offeredKeys = [];
    private readonly HashSet<PublicKey> _usedKeys = [];
    private IIdentity? _current;
    private PublicKey? _currentKey;
    private PublicKey? _queriedKey;
    private string _algorithm = "";

    public PublicKeyClientMethod(RequestSender requests, IReadOnlyList<IIdentity> identities)
        : base(MethodName.PublicKey)
    {
        _requests = requests;
        _untried = [.. identities];
    }

    /// <summary>True when the first request can be sent in the flight of the service request.</summary>
    public bool CanSendFirst => _untried.Count > 0 && _untried[0].PublicKey is { } key
        && (!WaitsForServerAlgorithms(key) || _requests.Transport.ServerSignatureAlgorithms is not null);

    /// <summary>True when the first identity only waits for the server's extensions, which come before SERVICE_ACCEPT (RFC 8308 2.4).</summary>
    public bool WaitsForAccept => _untried.Count > 0 && _untried[0].PublicKey is { } key && WaitsForServerAlgorithms(key);

    /// <summary>The keys may serve as the next factor, as in OpenSSH; one that has served already would only cost an attempt.</summary>
    public override void OnPartialSuccess(bool isOwn)
    {
        if (isOwn && _currentKey is not null)
        {
            _usedKeys.Add(_currentKey);
            _tried.Remove(_current!);
        }

        _untried.AddRange(_tried);
        _tried.Clear();
        _offeredKeys.Clear();
        _offeredKeys.UnionWith(_usedKeys);
    }

    protected override async ValueTask<bool> OnMethodMessageAsync(Packet packet, CancellationToken ct)
    {
        PublicKey key = CheckPkOk(packet);
        _queriedKey = null;
        Debug($"Server accepts key: {Describe(_current!, key)}");
        return await TrySignAsync(_current!, key, ct).ConfigureAwait(false) || await SendNextAsync(ct).ConfigureAwait(false);
    }

    protected override async ValueTask<bool> SendNextAsync(CancellationToken ct)
    {
        _queriedKey = null;
        while (_untried.Count > 0 && _requests.MaySend)
        {
            IIdentity identity = _current = _untried[0];
            _untried.RemoveAt(0);
            _tried.Add(identity);
            if (await TryIdentityAsync(identity, ct).ConfigureAwait(false)) return true;
        }

        return false;
    }

    private async ValueTask<bool> TryIdentityAsync(IIdentity identity, CancellationToken ct)
    {
        if (identity.PublicKey is not { } key)
        {
            Debug($"Trying private key: {Printable.Escape(identity.Name)}");
            ISigner? signer = await OpenAsync(identity, ct).ConfigureAwait(false);
            return signer is not null && TryChoose(identity, signer.PublicKey)
                && await TrySignAsync(identity, signer, ct).ConfigureAwait(false);
        }

        if (!TryChoose(identity, key)) return false;
        Debug($"Offering public key: {Describe(identity, key)}");
        if (identity.SignsUnasked) return await TrySignAsync(identity, key, ct).ConfigureAwait(false);
        _queriedKey = key;
        _requests.Transport.PermitMethodMessages([MessageNumber.UserauthPkOk]);
        Send(identity, key, default);
        return true;
    }

    /// <summary>Settles the signature algorithm; false when the key was offered already or the two sides share none.</summary>
    private bool TryChoose(IIdentity identity, PublicKey key)
    {
        if (_offeredKeys.Contains(key)) return false;
        if (IsRsa(key) && key.Bits < _requests.Options.RequiredRsaBits)
        {
            Debug($"Skipping {Describe(identity, key)}: {key.Bits} bits where {_requests.Options.RequiredRsaBits} are required");
            return false;
        }

        if (ChooseAlgorithm(key) is not { } algorithm)
        {
            Debug($"Skipping {Describe(identity, key)}: no mutual signature algorithm");
            return false;
        }

        _offeredKeys.Add(key);
        _currentKey = key;
        _algorithm = algorithm;
        return true;
    }

    // RFC 8332 3.3: a client with an RSA key goes by the server's server-sig-algs. Other types have one algorithm only, and OpenSSH tries it whatever the list says.
    private string? ChooseAlgorithm(PublicKey key)
    {
        IReadOnlyList<string>? accepted = _requests.Options.SignatureAlgorithms;
        IReadOnlyList<string>? server = WaitsForServerAlgorithms(key) ? _requests.Transport.ServerSignatureAlgorithms ?? [KeyAlgorithm.Rsa] : null;
        foreach (string algorithm in accepted ?? key.SignatureAlgorithms)
        {
            if (KeyAlgorithm.Find(algorithm, key.Type) is { IsWebauthn: false } row && (server is null || server.Contains(row.SignatureName))) return algorithm;
        }

        return null;
    }

    private async ValueTask<bool> TrySignAsync(IIdentity identity, PublicKey key, CancellationToken ct)
    {
        ISigner? signer = await OpenAsync(identity, ct).ConfigureAwait(false);
        if (signer is null) return false;
        if (signer.PublicKey.Equals(key)) return await TrySignAsync(identity, signer, ct).ConfigureAwait(false);

        // What was approved must be what signs: a .pub file may lie beside another private key.
        Warn($"identity_sign: private key {Printable.Escape(identity.Name)} contents do not match public");
        return false;
    }

    private async ValueTask<bool> TrySignAsync(IIdentity identity, ISigner signer, CancellationToken ct)
    {
        byte[] signature;

        // An agent that holds a key to certain hosts wants to see the host in what it signs (PROTOCOL.agent 2).
        bool isHostBound = _requests.Options.BindsToHost && _requests.Transport.PeerBindsToHost;
        try
        {
            byte[] data = _requests.DataToSign(_algorithm, signer.PublicKey.Blob.Span, isHostBound);
            signature = await signer.SignAsync(_algorithm, data, ct).ConfigureAwait(false);
        }
        catch (SshException error)
        {
            Warn($"sign_and_send_pubkey: signing failed for {Describe(identity, signer.PublicKey)}: {error.Message}");
            return false;
        }

        HasProof = true;
        _requests.Transport.PermitMethodMessages([]);
        if (isHostBound) SendBound(identity, signer.PublicKey, signature);
        else Send(identity, signer.PublicKey, signature);
        return true;
    }

    private async ValueTask<ISigner?> OpenAsync(IIdentity identity, CancellationToken ct)
    {
        try
        {
            return await identity.OpenAsync(ct).ConfigureAwait(false);
        }
        catch (SshException error)
        {
            Warn(error.Message);
            return null;
        }
    }

    private void Send(IIdentity identity, PublicKey key, ReadOnlySpan<byte> signature)
    {
        var fields = new PublicKeyFields
        {
            HasSignature = !signature.IsEmpty,
            Algorithm = Encoding.ASCII.GetBytes(_algorithm),
            PublicKey = key.Blob.Span,
            Signature = signature,
        };
        _requests.Send(Name, $"{Name} {identity.Name}", ref fields);
    }

    private void SendBound(IIdentity identity, PublicKey key, ReadOnlySpan<byte> signature)
    {
        var fields = new HostBoundPublicKeyFields
        {
            HasSignature = true,
            Algorithm = Encoding.ASCII.GetBytes(_algorithm),
            PublicKey = key.Blob.Span,
            HostKey = _requests.Transport.HostKey.Span,
            Signature = signature,
        };
        _requests.Send(MethodName.HostBoundPublicKey, $"{Name} {identity.Name}", ref fields);
    }

    // RFC 4252 7: PK_OK echoes the algorithm and the blob. Some servers name the key's type where the algorithm should be; the blob must be the one in question.
    private PublicKey CheckPkOk(Packet packet)
    {
        UserauthPkOk message = Message.Read<UserauthPkOk>(packet.Payload);
        if (_queriedKey is { } key && message.PublicKey.SequenceEqual(key.Blob.Span)) return key;
        throw new SshViolationException(Violation.UnexpectedReply, "The server accepts a key that was not offered to it.");
    }

    private static bool WaitsForServerAlgorithms(PublicKey key) => IsRsa(key);

    private static bool IsRsa(PublicKey key) => key.PlainKey.Type == KeyAlgorithm.Rsa;

    private static string Describe(IIdentity identity, PublicKey key) => $"{Printable.Escape(identity.Name)} {key.ShortType} {key.Fingerprint}";

    private void Debug(string line) => _requests.Options.Trace.Write(1, line);

    private void Warn(string line) => _requests.Options.Warn?.Invoke(line);
}
