using Nacre.Client;

namespace Nacre.Tests.Interop;

/// <summary>Nobody to ask about a host key, and nobody to tell.</summary>
internal sealed class NoDialog : IHostKeyDialog
{
    public void Inform(string message)
    {
    }

    public void Warn(string message)
    {
    }

    public ValueTask<string?> AskAsync(string question, CancellationToken ct) => new((string?)null);
}
