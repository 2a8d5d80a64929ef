using Nacre.Client;

namespace Nacre.Examples;

/// <summary>Nobody is there to be asked: what the files do not decide is refused.</summary>
internal sealed class Silence : IHostKeyDialog
{
    public void Inform(string message)
    {
    }

    public void Warn(string message) => Console.Error.WriteLine(message);

    public ValueTask<string?> AskAsync(string question, CancellationToken ct) => new((string?)null);
}
