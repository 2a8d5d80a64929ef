namespace Nacre;

/// <summary>How a program at the server ended (RFC 4254 6.10).</summary>
public sealed record ProcessExit
{
    private ProcessExit()
    {
    }

    /// <summary>The connection or the channel ended and said nothing of the program.</summary>
    public static ProcessExit Unknown { get; } = new();

    /// <summary>The exit status, 0 to 255 on Unix; null when a signal ended the program or nothing is known.</summary>
    public uint? Status { get; private init; }

    /// <summary>The signal that ended the program, without SIG, such as TERM; null when it was none.</summary>
    public string? Signal { get; private init; }

    /// <summary>True when the program left a core dump.</summary>
    public bool CoreDumped { get; private init; }

    /// <summary>What the server says about a signal, escaped so that it may be shown; may be empty.</summary>
    public string Message { get; private init; } = "";

    /// <summary>The program ended by itself.</summary>
    /// <param name="status">Its exit status.</param>
    /// <returns>The end.</returns>
    public static ProcessExit WithStatus(uint status) => new() { Status = status };

    /// <summary>A signal ended the program.</summary>
    /// <param name="signal">The signal's name without SIG.</param>
    /// <param name="coreDumped">Whether it left a core dump.</param>
    /// <param name="message">What to tell the client.</param>
    /// <returns>The end.</returns>
    public static ProcessExit WithSignal(string signal, bool coreDumped = false, string message = "") =>
        new() { Signal = signal, CoreDumped = coreDumped, Message = message };
}
