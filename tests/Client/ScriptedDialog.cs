using Nacre.Client;

namespace Nacre.Tests.Client;

/// <summary>Keeps what was said: notices as they are, warnings after !, questions after ?.</summary>
internal sealed class ScriptedDialog : IHostKeyDialog
{
    public Queue<string> Answers { get; } = [];

    public List<string> Transcript { get; } = [];

    public Exception? Fault { get; set; }

    public void Inform(string message) => Transcript.Add(message);

    public void Warn(string message) => Transcript.Add("! " + message);

    public ValueTask<string?> AskAsync(string question, CancellationToken ct)
    {
        if (Fault is not null) throw Fault;
        Transcript.Add("? " + question);
        return new(Answers.TryDequeue(out string? answer) ? answer : null);
    }
}
