using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication.Methods;

/// <summary>The method none (RFC 4252 5.2): asks once which methods there are.</summary>
internal sealed class NoneClientMethod(RequestSender requests) : ClientMethod(MethodName.None)
{
    private bool _isSent;

    protected override ValueTask<bool> OnMethodMessageAsync(Packet packet, CancellationToken ct) =>
        throw new SshViolationException(Violation.UnexpectedMessage, "The server answered the method none with a message of another method.");

    protected override ValueTask<bool> SendNextAsync(CancellationToken ct)
    {
        if (_isSent) return new(false);
        _isSent = true;
        requests.Transport.PermitMethodMessages([]);
        var fields = default(NoneFields);
        requests.Send(Name, "", ref fields);
        return new(true);
    }
}
