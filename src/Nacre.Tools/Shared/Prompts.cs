using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

/// <summary>Asks the person for passwords and answers, at the terminal or by SSH_ASKPASS, with OpenSSH's words; asks nothing in batch mode.</summary>
internal sealed class Prompts(string userAtHost, bool isBatch) : IPasswordSource, IInteractivePrompter
{
    public ValueTask<Password?> AskPasswordAsync(int attempt, CancellationToken ct)
    {
        if (attempt > 1 && !isBatch) Console.Error.WriteLine("Permission denied, please try again.");
        return AskAsync($"{userAtHost}'s password: ", echo: false, ct);
    }

    public async ValueTask<PasswordChange?> AskNewPasswordAsync(PeerText prompt, CancellationToken ct)
    {
        if (!isBatch && !prompt.IsEmpty) Console.Error.WriteLine(prompt.Lines);
        Password? old = await AskAsync($"Enter {userAtHost}'s old password: ", echo: false, ct).ConfigureAwait(false);
        while (old is not null)
        {
            Password? first = await AskAsync($"Enter {userAtHost}'s new password: ", echo: false, ct).ConfigureAwait(false);
            using Password? second = first is null ? null : await AskAsync($"Retype {userAtHost}'s new password: ", echo: false, ct).ConfigureAwait(false);
            if (first is null) break;
            if (second is not null && first.FixedTimeEquals(second.Utf8)) return new PasswordChange(old, first);
            first.Dispose();
            if (second is null) break;
            Console.Error.WriteLine("Mismatch; try again, EOF to quit.");
        }

        old?.Dispose();
        return null;
    }

    public async ValueTask<IReadOnlyList<Password>?> AnswerAsync(InteractiveRequest request, CancellationToken ct)
    {
        if (isBatch && request.Prompts.Count > 0) return null;
        if (!request.Name.IsEmpty) Console.Error.WriteLine(request.Name.Lines);
        if (!request.Instruction.IsEmpty) Console.Error.WriteLine(request.Instruction.Lines);
        var answers = new List<Password>();
        foreach (InteractivePrompt prompt in request.Prompts)
        {
            // the server's words are marked as such, so that they pass for nobody else's.
            Password? answer = await AskAsync($"({userAtHost}) {prompt.Text.Lines}", prompt.Echo, ct).ConfigureAwait(false);
            if (answer is null)
            {
                answers.ForEach(given => given.Dispose());
                return null;
            }

            answers.Add(answer);
        }

        return answers;
    }

    /// <summary>Asks for something secret, such as the passphrase of a key; null when there is nobody to ask or they give up.</summary>
    public async ValueTask<Password?> AskAsync(string prompt, bool echo, CancellationToken ct)
    {
        if (isBatch) return null;
        byte[]? typed = Askpass.OfProcess.IsWanted(Terminal.IsPresent)
            ? await Askpass.OfProcess.AskAsync(prompt, ct).ConfigureAwait(false)
            : Terminal.ReadPassphrase(prompt, echo);
        if (typed is null) return null;
        try
        {
            return new Password(typed.AsSpan());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(typed);
        }
    }

    /// <summary>Asks something that is no secret, such as whether to trust a host key; null when there is nobody to ask.</summary>
    public async ValueTask<string?> AskAloudAsync(string prompt, CancellationToken ct)
    {
        using Password? answer = await AskAsync(prompt, echo: true, ct).ConfigureAwait(false);
        return answer is null ? null : Encoding.UTF8.GetString(answer.Utf8);
    }
}
