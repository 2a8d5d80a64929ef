namespace Nacre.Client;

/// <summary>Speaks with the person about host keys, so that the policy needs no console.</summary>
public interface IHostKeyDialog
{
    /// <summary>Shows a notice, which a quiet tool keeps to itself.</summary>
    /// <param name="message">One or more lines, safe to show.</param>
    void Inform(string message);

    /// <summary>Shows a warning.</summary>
    /// <param name="message">One or more lines, safe to show.</param>
    void Warn(string message);

    /// <summary>Asks a question.</summary>
    /// <param name="question">One or more lines, safe to show; the last one waits for the answer.</param>
    /// <param name="ct">Cancels waiting.</param>
    /// <returns>What the person typed, or null when there is nobody to ask.</returns>
    ValueTask<string?> AskAsync(string question, CancellationToken ct);
}
