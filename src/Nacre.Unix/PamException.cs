namespace Nacre.Unix;

/// <summary>A PAM function that failed where no verdict was asked for.</summary>
internal sealed class PamException(PamStatus status, string message) : IOException(message)
{
    public PamStatus Status { get; } = status;
}
