using Nacre.Crypto;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>Writes and reads the rounds of keyboard-interactive that go between gate and monitor.</summary>
internal static class Prompts
{
    public static byte[] Write(IReadOnlyList<InteractivePrompt> prompts)
    {
        var written = new List<byte>();
        foreach (InteractivePrompt prompt in prompts)
        {
            var fields = new PromptFields { Text = prompt.Text.Raw.Span, Echo = prompt.Echo };
            written.AddRange(Message.WriteRecord(ref fields));
        }

        return [.. written];
    }

    public static InteractiveRequest ReadQuestion(QuestionMessage question)
    {
        var prompts = new List<InteractivePrompt>();
        var reader = new FieldReader(question.Prompts);
        while (reader.Remaining > 0)
        {
            PromptFields prompt = default;
            PromptFields.Fields(ref reader, ref prompt);
            prompts.Add(new InteractivePrompt(new PeerText(prompt.Text.ToArray()), prompt.Echo));
        }

        return new InteractiveRequest(new PeerText(question.Name.ToArray()), new PeerText(question.Instruction.ToArray()), prompts);
    }

    /// <summary>The answers, one string each.</summary>
    public static Secret WriteAnswers(IReadOnlyList<Password> answers)
    {
        var written = new Secret(answers.Sum(answer => sizeof(uint) + answer.Utf8.Length));
        var writer = new FieldWriter(written.Span);
        foreach (Password answer in answers)
        {
            ReadOnlySpan<byte> utf8 = answer.Utf8;
            writer.Secret(ref utf8);
        }

        return written;
    }

    /// <summary>Reads as many answers as there were prompts; null when there are more or fewer.</summary>
    public static List<Password>? ReadAnswers(ReadOnlySpan<byte> strings, int count)
    {
        var answers = new List<Password>();
        var reader = new FieldReader(strings);
        while (reader.Remaining > 0 && answers.Count < count)
        {
            ReadOnlySpan<byte> utf8 = default;
            reader.Secret(ref utf8, AuthenticationServerOptions.MaxPasswordLength);
            answers.Add(new Password(utf8));
        }

        if (reader.Remaining == 0 && answers.Count == count) return answers;
        foreach (Password answer in answers) answer.Dispose();
        return null;
    }
}
