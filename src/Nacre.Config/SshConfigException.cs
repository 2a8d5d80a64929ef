using Nacre.Protocol.Wire;

namespace Nacre.Config;

/// <summary>A configuration that cannot be used: a line is wrong, a file cannot be read, or a host is refused by it.</summary>
public sealed class SshConfigException : SshException
{
    internal SshConfigException(IReadOnlyList<string> faults)
        : base(string.Join('\n', faults)) => Faults = faults;

    /// <summary>What is wrong, one fault a line, each with its file and the number of the line; safe to show.</summary>
    public IReadOnlyList<string> Faults { get; }
}
