using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>A critical option or an extension of a certificate.</summary>
/// <param name="Name">Its name; those of others than OpenSSH's makers have an @ and a domain.</param>
/// <param name="Data">Its data, in a form that is the option's own; empty for those that only are there or not.</param>
public readonly record struct CertificateOption(string Name, ReadOnlyMemory<byte> Data)
{
    /// <summary>The extensions that permit a user what OpenSSH's certificates permit unless their authority says otherwise: a terminal, forwarding of ports, X11 and the agent, and ~/.ssh/rc.</summary>
    public static IReadOnlyList<CertificateOption> UserPermissions { get; } =
        [OfFlag("permit-X11-forwarding"), OfFlag("permit-agent-forwarding"), OfFlag("permit-port-forwarding"), OfFlag("permit-pty"), OfFlag("permit-user-rc")];

    /// <summary>An option that only is there or not, such as permit-pty.</summary>
    /// <param name="name">Its name.</param>
    public static CertificateOption OfFlag(string name) => new(name, default);

    /// <summary>An option whose data is text, such as force-command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">What it says.</param>
    public static CertificateOption OfText(string name, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var value = new CertificateText { Text = Encoding.UTF8.GetBytes(text) };
        return new CertificateOption(name, Message.WriteRecord(ref value));
    }

    /// <summary>Reads the text that is the option's data; false where it is something else, or has a zero byte.</summary>
    /// <param name="text">The text; the authority's word: escape it before it is shown.</param>
    public bool TryReadText(out string text)
    {
        text = "";
        try
        {
            ReadOnlySpan<byte> bytes = Message.ReadRecord<CertificateText>(Data.Span).Text;
            text = Encoding.UTF8.GetString(bytes);
            return !bytes.Contains((byte)0);
        }
        catch (SshViolationException)
        {
            return false;
        }
    }
}

/// <summary>PROTOCOL.certkeys: the data of an option that is text is a string within the string.</summary>
internal ref struct CertificateText : IRecord<CertificateText>
{
    public ReadOnlySpan<byte> Text;

    public static void Fields<V>(ref V visit, ref CertificateText message)
        where V : IFieldVisitor, allows ref struct => visit.Text(ref message.Text);
}
