using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Fuzz;

/// <summary>One parser under attack.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Feed">Parses one input. It may return or throw what <see cref="IsRefusal"/> accepts; anything else is a finding.</param>
/// <param name="Seeds">Well-formed inputs to start from.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Feed, IReadOnlyList<byte[]> Seeds)
{
    /// <summary>Whether an exception is the parser's proper way to say no.</summary>
    public Func<Exception, bool> IsRefusal { get; init; } = static exception => exception is SshViolationException or KeyFormatException;

    /// <summary>Words that mean something to the parser; a mutation puts them in. None for binary formats.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>What the parser may allocate beyond <see cref="AllocationPerByte"/> for each byte of the input.</summary>
    public long AllocationAllowance { get; init; } = 256 * 1024;

    /// <summary>What the parser may allocate for each byte of the input.</summary>
    public long AllocationPerByte { get; init; } = 64;
}
