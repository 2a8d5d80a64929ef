using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>Carries the questions of PAM's modules to the person at the client, as rounds of keyboard-interactive, and the answers back.</summary>
/// <remarks>
/// Modules ask on a thread of their own, which waits for the person. For a user who may not log in every secret is one that nobody has, of
/// the length that was given, so that the modules do the same work and say no.
/// </remarks>
/// <param name="conversation">Asks the person.</param>
/// <param name="isPermitted">Whether the user is one who may log in.</param>
/// <param name="ct">Ends the conversation: modules are then given no answer, and fail.</param>
internal sealed class PamConversation(IInteractiveConversation conversation, bool isPermitted, CancellationToken ct) : IPamConversation
{
    /// <summary>More rounds than this in one conversation are the fault of a module, and are not asked.</summary>
    public const int MostRounds = 32;

    private const int LongestText = 16 * 1024;

    private string _said = "";
    private int _rounds;

    /// <summary>What modules have told and no question has carried to the client since.</summary>
    public string Unsaid => _said;

    public bool TryAnswer(ReadOnlySpan<PamPrompt> prompts, Span<byte[]?> answers)
    {
        var questions = new List<InteractivePrompt>();
        foreach (PamPrompt prompt in prompts)
        {
            if (prompt.AsksForAnswer) questions.Add(new InteractivePrompt(new PeerText(prompt.Text), Echo: prompt.Style == PamPromptStyle.Visible));
            else if (_said.Length + prompt.Text.Length < LongestText) _said += prompt.Text + "\n";
        }

        return questions.Count == 0 || TryAsk(questions, prompts, answers);
    }

    private bool TryAsk(List<InteractivePrompt> questions, ReadOnlySpan<PamPrompt> prompts, Span<byte[]?> answers)
    {
        if (++_rounds > MostRounds) return false;
        var request = new InteractiveRequest(new PeerText(""), new PeerText(_said.TrimEnd('\n')), questions);
        _said = "";
        IReadOnlyList<Password> given;
        try
        {
            // The modules' thread has nothing to do but to wait.
            given = conversation.AskAsync(request, ct).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        for (int i = 0, next = 0; i < prompts.Length; i++)
        {
            if (!prompts[i].AsksForAnswer) continue;
            byte[] answer = given[next++].Utf8.ToArray();
            if (!isPermitted) PamPasswordCheck.MakeImpossible(answer);
            answers[i] = answer;
        }

        return true;
    }
}
