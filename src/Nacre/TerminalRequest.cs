namespace Nacre;

/// <summary>The terminal that a session has (RFC 4254 6.2).</summary>
/// <param name="Type">The value of TERM, such as xterm-256color.</param>
/// <param name="Columns">Width in characters.</param>
/// <param name="Rows">Height in characters.</param>
public sealed record TerminalRequest(string Type, int Columns, int Rows)
{
    /// <summary>Width in pixels; 0 when unknown.</summary>
    public int WidthPixels { get; init; }

    /// <summary>Height in pixels; 0 when unknown.</summary>
    public int HeightPixels { get; init; }

    /// <summary>The encoded terminal modes (RFC 4254 8): opcodes with their values, ended by opcode 0; empty for none.</summary>
    public ReadOnlyMemory<byte> Modes { get; init; }
}
