using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

/// <summary>Asks the person at the terminal for passwords and answers, with OpenSSH's words; asks nothing in batch mode.</summary>
internal sealed class Prompts(string userAtHost, bool isBatch) : IPasswordSource, IInteractivePrompter
{
    public ValueTask<Password?> AskPasswordAsync(int attempt, CancellationToken ct)
    {
        if (attempt > 1 && !isBatch) Console.Error.WriteLine("Permission denied, please try again.");
        return ValueTask.FromResult(Ask($"{userAtHost}'s password: "));
    }

    public ValueTask<PasswordChange?> AskNewPasswordAsync(Protocol.Wire.PeerText prompt, CancellationToken ct)
    {
        if (!isBatch && !prompt.IsEmpty) Console.Error.WriteLine(prompt.Lines);
        Password? old = Ask($"Enter {userAtHost}'s old password: ");
        while (old is not null)
        {
            Password? first = Ask($"Enter {userAtHost}'s new password: ");
            using Password? second = first is null ? null : Ask($"Retype {userAtHost}'s new password: ");
            if (first is null || second is null) break;
            if (first.FixedTimeEquals(second.Utf8)) return ValueTask.FromResult<PasswordChange?>(new PasswordChange(old, first));
            first.Dispose();
            Console.Error.WriteLine("Mismatch; try again, EOF to quit.");
        }

        old?.Dispose();
        return ValueTask.FromResult<PasswordChange?>(null);
    }

    public ValueTask<IReadOnlyList<Password>?> AnswerAsync(InteractiveRequest request, CancellationToken ct)
    {
        if (isBatch && request.Prompts.Count > 0) return ValueTask.FromResult<IReadOnlyList<Password>?>(null);
        if (!request.Name.IsEmpty) Console.Error.WriteLine(request.Name.Lines);
        if (!request.Instruction.IsEmpty) Console.Error.WriteLine(request.Instruction.Lines);
        var answers = new List<Password>();
        foreach (InteractivePrompt prompt in request.Prompts)
        {
            // the server's words are marked as such, so that they pass for nobody else's.
            Password? answer = Ask($"({userAtHost}) {prompt.Text.Lines}", prompt.Echo);
            if (answer is null)
            {
                answers.ForEach(given => given.Dispose());
                return ValueTask.FromResult<IReadOnlyList<Password>?>(null);
            }

            answers.Add(answer);
        }

        return ValueTask.FromResult<IReadOnlyList<Password>?>(answers);
    }

    /// <summary>Asks for something secret, such as the passphrase of a key; null when there is nobody to ask or they give up.</summary>
    public Password? Ask(string prompt, bool echo = false)
    {
        if (isBatch) return null;
        byte[]? typed = Terminal.ReadPassphrase(prompt, echo);
        if (typed is null) return null;
        try
        {
            return new Password(typed.AsSpan());
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(typed);
        }
    }

    /// <summary>Asks something that is no secret, such as whether to trust a host key; null when there is nobody to ask.</summary>
    public string? AskAloud(string prompt)
    {
        using Password? answer = Ask(prompt, echo: true);
        return answer is null ? null : Encoding.UTF8.GetString(answer.Utf8);
    }
}
