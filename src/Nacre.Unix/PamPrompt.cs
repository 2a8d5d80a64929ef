namespace Nacre.Unix;

/// <summary>How a PAM module wants its message treated.</summary>
internal enum PamPromptStyle
{
    /// <summary>A question whose answer is not shown.</summary>
    Secret = 1,

    /// <summary>A question whose answer may be shown.</summary>
    Visible = 2,

    /// <summary>Something that went wrong, which asks nothing.</summary>
    Error = 3,

    /// <summary>Something to tell, which asks nothing.</summary>
    Information = 4,
}

/// <summary>One message of a PAM module.</summary>
internal readonly record struct PamPrompt(PamPromptStyle Style, string Text)
{
    public bool AsksForAnswer => Style is PamPromptStyle.Secret or PamPromptStyle.Visible;
}
