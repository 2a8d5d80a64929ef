using System.Text;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication.Methods;

/// <summary>The method keyboard-interactive (RFC 4256): the server asks, the prompter answers.</summary>
internal sealed class KeyboardInteractiveClientMethod(RequestSender requests, IInteractivePrompter prompter) : ClientMethod(MethodName.KeyboardInteractive)
{
    private int _attempts;
    private bool _wasAsked;

    protected override ValueTask<bool> SendNextAsync(CancellationToken ct)
    {
        if (_attempts >= requests.Options.PasswordPrompts || !requests.MaySend) return new(false);

        // A server that refuses without a question will do so again.
        if (_attempts > 0 && !_wasAsked) return new(false);
        _attempts++;
        requests.Transport.PermitMethodMessages([MessageNumber.UserauthInfoRequest]);
        var fields = new KeyboardInteractiveFields { Submethods = Encoding.UTF8.GetBytes(requests.Options.InteractiveDevices) };
        requests.Send(Name, Name, ref fields);
        return new(true);
    }

    protected override async ValueTask<bool> OnMethodMessageAsync(Packet packet, CancellationToken ct)
    {
        InteractiveRequest request = InteractiveMessages.ReadRequest(packet.Payload);
        _wasAsked = true;
        IReadOnlyList<Password>? answers = await prompter.AnswerAsync(request, ct).ConfigureAwait(false);
        if (answers is null) return false;
        try
        {
            if (answers.Count != request.Prompts.Count)
            {
                throw new InvalidOperationException($"The prompter gave {answers.Count} answers to {request.Prompts.Count} prompts.");
            }

            requests.Transport.Post(InteractiveMessages.WriteAnswers(requests.Transport.Pool, answers));
            HasProof |= answers.Count > 0;
            return true;
        }
        finally
        {
            foreach (Password answer in answers) answer.Dispose();
        }
    }
}
