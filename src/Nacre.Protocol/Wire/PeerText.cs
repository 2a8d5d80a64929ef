using System.Text;

namespace Nacre.Protocol.Wire;

/// <summary>Text that the peer sent for a person: what it sent, and a form that is safe to show.</summary>
public sealed class PeerText
{
    /// <summary>Takes text over as it came.</summary>
    /// <param name="raw">The bytes, which should be UTF-8 and may be anything.</param>
    public PeerText(ReadOnlyMemory<byte> raw) => Raw = raw;

    /// <summary>Takes text of our own, for tests and for a server's prompts.</summary>
    /// <param name="text">The text.</param>
    public PeerText(string text)
        : this(Encoding.UTF8.GetBytes(text))
    {
    }

    /// <summary>The bytes as they came; never to be written to a terminal or a log.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>True when there is nothing to show.</summary>
    public bool IsEmpty => Raw.IsEmpty;

    /// <summary>The text with line ends and tabs as they are and every other control character escaped (RFC 4251 9.2).</summary>
    public string Lines => Printable.EscapeLines(Raw.Span);

    /// <summary>The text on one line with every control character escaped.</summary>
    public override string ToString() => Printable.Escape(Raw.Span);
}
