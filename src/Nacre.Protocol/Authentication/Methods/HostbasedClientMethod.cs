using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication.Methods;

/// <summary>The method hostbased (RFC 4252 9): has each host key of this machine sign once, in the order of the algorithms.</summary>
internal sealed class HostbasedClientMethod(RequestSender requests, Func<CancellationToken, ValueTask<HostbasedIdentity?>> identify) : ClientMethod(MethodName.Hostbased)
{
    private readonly Queue<(string Algorithm, ISigner Key)> _untried = [];
    private HostbasedIdentity? _identity;
    private bool _isIdentified;

    protected override ValueTask<bool> OnMethodMessageAsync(Packet packet, CancellationToken ct) =>
        throw new SshViolationException(Violation.UnexpectedMessage, "The server answered the method hostbased with a message of another method.");

    protected override async ValueTask<bool> SendNextAsync(CancellationToken ct)
    {
        if (!_isIdentified) await IdentifyAsync(ct).ConfigureAwait(false);
        if (_identity is { } identity && requests.MaySend && _untried.TryDequeue(out (string Algorithm, ISigner Key) next))
        {
            return await TrySendAsync(identity, next.Algorithm, next.Key, ct).ConfigureAwait(false);
        }

        requests.Options.Trace.Write(1, "No more client hostkeys for hostbased authentication.");
        return false;
    }

    private async ValueTask IdentifyAsync(CancellationToken ct)
    {
        _isIdentified = true;
        try
        {
            _identity = await identify(ct).ConfigureAwait(false);
        }
        catch (SshException error)
        {
            requests.Options.Warn?.Invoke(error.Message);
        }

        if (_identity is not null) Arrange([.. _identity.Keys.Where(IsStrong)]);
    }

    private void Arrange(List<ISigner> keys)
    {
        foreach (string algorithm in requests.Options.HostbasedAlgorithms ?? [.. keys.SelectMany(key => key.PublicKey.SignatureAlgorithms)])
        {
            foreach (ISigner key in keys.FindAll(key => key.PublicKey.Supports(algorithm)))
            {
                _untried.Enqueue((algorithm, key));
                keys.Remove(key);
            }
        }
    }

    private bool IsStrong(ISigner key) => key.PublicKey.PlainKey.Type != KeyAlgorithm.Rsa || key.PublicKey.Bits >= requests.Options.RequiredRsaBits;

    /// <summary>Signs and sends; where signing fails the next key would fail too, so that the method is given up, as OpenSSH does.</summary>
    private async ValueTask<bool> TrySendAsync(HostbasedIdentity identity, string algorithm, ISigner key, CancellationToken ct)
    {
        PublicKey shown = key.PublicKey;
        requests.Options.Trace.Write(1, $"userauth_hostbased: trying hostkey {shown.Type} {shown.Fingerprint} using sigalg {algorithm}");

        // RFC 4252 9: the name is fully qualified. OpenSSH ends it with a dot, and its ssh-keysign signs for no other form.
        byte[] clientHost = Encoding.UTF8.GetBytes(identity.ClientHost + ".");
        byte[] clientUser = Encoding.UTF8.GetBytes(identity.ClientUser);
        byte[] signature;
        try
        {
            byte[] data = requests.HostbasedDataToSign(algorithm, shown.Blob.Span, clientHost, clientUser);
            signature = await key.SignAsync(algorithm, data, ct).ConfigureAwait(false);
        }
        catch (SshException error)
        {
            requests.Options.Warn?.Invoke($"sign using hostkey {shown.Type} {shown.Fingerprint} failed: {error.Message}");
            return false;
        }

        HasProof = true;
        requests.Transport.PermitMethodMessages([]);
        var fields = new HostbasedFields
        {
            Algorithm = Encoding.ASCII.GetBytes(algorithm),
            PublicKey = shown.Blob.Span,
            ClientHost = clientHost,
            ClientUser = clientUser,
            Signature = signature,
        };
        requests.Send(Name, $"{Name} {shown.Fingerprint}", ref fields);
        return true;
    }
}
