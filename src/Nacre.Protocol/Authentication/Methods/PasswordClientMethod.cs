using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication.Methods;

/// <summary>The method password (RFC 4252 8), with the change of an expired one.</summary>
internal sealed class PasswordClientMethod(RequestSender requests, IPasswordSource source) : ClientMethod(MethodName.Password)
{
    private int _attempts;

    protected override async ValueTask<bool> SendNextAsync(CancellationToken ct)
    {
        if (_attempts >= requests.Options.PasswordPrompts || !requests.MaySend) return false;
        _attempts++;
        using Password? password = await source.AskPasswordAsync(_attempts, ct).ConfigureAwait(false);
        if (password is null) return false;
        Send(password, null);
        return true;
    }

    // RFC 4252 8: SSH_MSG_USERAUTH_PASSWD_CHANGEREQ
    protected override async ValueTask<bool> OnMethodMessageAsync(Packet packet, CancellationToken ct)
    {
        PeerText prompt = ReadPrompt(packet);
        if (!requests.MaySend) return false;
        using PasswordChange? change = await source.AskNewPasswordAsync(prompt, ct).ConfigureAwait(false);
        if (change is null) return false;
        Send(change.Old, change.New);
        return true;
    }

    private static PeerText ReadPrompt(Packet packet) =>
        new(Message.Read<UserauthPasswdChangereq>(packet.Payload).Prompt.ToArray());

    private void Send(Password password, Password? newPassword)
    {
        requests.Transport.PermitMethodMessages([MessageNumber.UserauthPasswdChangereq]);
        var fields = new PasswordFields { Password = password.Utf8, IsChange = newPassword is not null };
        if (newPassword is not null) fields.NewPassword = newPassword.Utf8;
        HasProof = true;
        requests.Send(Name, newPassword is null ? Name : Name + " (change)", ref fields);
    }
}
