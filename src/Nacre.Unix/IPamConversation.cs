namespace Nacre.Unix;

/// <summary>Answers the questions of PAM modules. It is called on the transaction's thread, and may block it.</summary>
internal interface IPamConversation
{
    /// <summary>
    /// Fills in an answer for each prompt that asks for one; they are zeroed afterwards. False ends the conversation, and the
    /// module fails.
    /// </summary>
    bool TryAnswer(ReadOnlySpan<PamPrompt> prompts, Span<byte[]?> answers);
}
