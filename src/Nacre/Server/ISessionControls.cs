namespace Nacre.Server;

/// <summary>Takes what a client sends beside the data of its session; called in order, and quickly done.</summary>
public interface ISessionControls
{
    /// <summary>The client's terminal has another size (RFC 4254 6.7).</summary>
    /// <param name="columns">Width in characters.</param>
    /// <param name="rows">Height in characters.</param>
    /// <param name="widthPixels">Width in pixels; 0 when unknown.</param>
    /// <param name="heightPixels">Height in pixels; 0 when unknown.</param>
    void Resize(int columns, int rows, int widthPixels, int heightPixels);

    /// <summary>The client sends a signal (RFC 4254 6.9).</summary>
    /// <param name="name">The name without SIG, as the client wrote it.</param>
    /// <returns>True when it was delivered.</returns>
    bool Signal(string name);

    /// <summary>The client sends a break (RFC 4335).</summary>
    /// <param name="length">How long; zero for the usual.</param>
    /// <returns>True when it was sent.</returns>
    bool Break(TimeSpan length);
}
