using Nacre.Protocol.Keys;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.SecurityKeys;

/// <summary>Tells the person, for as long as it takes, that a security key waits for a touch: at the terminal, or through the program that SSH_ASKPASS names.</summary>
internal sealed class TouchNotice : IDisposable
{
    private readonly bool _isAtTerminal;
    private readonly ChildProcess? _window;

    private TouchNotice(bool isAtTerminal, ChildProcess? window) => (_isAtTerminal, _window) = (isAtTerminal, window);

    /// <summary>Begins to tell.</summary>
    /// <param name="key">The key that is to sign.</param>
    /// <param name="hash">The hash that it is shown in.</param>
    /// <param name="usesTerminal">False where nobody is looked for at the terminal.</param>
    public static TouchNotice Begin(PublicKey key, FingerprintHash hash, bool usesTerminal)
    {
        string text = $"Confirm user presence for key {key.ShortType} {key.FingerprintBy(hash)}";
        if (!usesTerminal || !Descriptors.IsTerminal(2)) return new TouchNotice(isAtTerminal: false, Askpass.OfProcess.Notify(text));
        Write(text);
        return new TouchNotice(isAtTerminal: true, null);
    }

    /// <summary>Tells that the key has signed.</summary>
    public void Confirm()
    {
        if (_isAtTerminal) Write("User presence confirmed");
    }

    public void Dispose() => _window?.Signal(UnixSignal.TERM);

    // The terminal may be in raw mode.
    private static void Write(string text) => Console.Error.Write($"\r{text}\r\n");
}
