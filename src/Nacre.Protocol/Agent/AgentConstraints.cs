using System.Buffers;
using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Agent;

/// <summary>The conditions under which an agent may use a key (RFC 9987 5.2.7), those of OpenSSH's extensions included.</summary>
/// <remarks>An agent that does not know a condition, or cannot hold to it, refuses the key: none is ever lost on the way.</remarks>
public sealed record AgentConstraints
{
    /// <summary>More destinations, and more certificates, are refused; OpenSSH's limit.</summary>
    public const int MaxEntries = 1024;

    internal const string DestinationExtension = "restrict-destination-v00@openssh.com";
    internal const string CertificatesExtension = "associated-certs-v00@openssh.com";
    internal const string ProviderExtension = "sk-provider@openssh.com";

    /// <summary>Longer paths of providers are refused; Linux's limit.</summary>
    internal const int MaxProviderLength = 4096;

    private const int MaxExtensionName = 255;

    /// <summary>No conditions.</summary>
    public static AgentConstraints None { get; } = new();

    /// <summary>How long the key may be kept, in whole seconds; null for as long as the agent keeps keys.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>True when a person confirms each use.</summary>
    public bool MustConfirm { get; init; }

    /// <summary>The hops that the key may be used over; empty when it may be used everywhere.</summary>
    public IReadOnlyList<DestinationConstraint> Destinations { get; init; } = [];

    /// <summary>The library that speaks with the security key; null where the agent is to choose.</summary>
    public string? SecurityKeyProvider { get; init; }

    /// <summary>The certificates for the keys of a token; null for none.</summary>
    public AssociatedCertificates? Certificates { get; init; }

    private enum Kind : byte
    {
        Lifetime = 1,
        Confirm = 2,
        Extension = 255,
    }

    /// <summary>Reads constraints; each kind may come once, and one that is not known is refused rather than lost (CVE-2026-39832).</summary>
    /// <exception cref="SshException">A violation, or a key in them that cannot be read.</exception>
    internal static AgentConstraints Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new FieldReader(bytes);
        AgentConstraints read = None;
        while (reader.Remaining > 0)
        {
            byte kind = 0;
            reader.Byte(ref kind);
            read = (Kind)kind switch
            {
                Kind.Lifetime when read.Lifetime is null => read with { Lifetime = ReadLifetime(ref reader) },
                Kind.Confirm when !read.MustConfirm => read with { MustConfirm = true },
                Kind.Extension => read.ReadExtension(ref reader),

                // RFC 9987 5.2.7: "if an agent does not recognise or support a requested constraint, it MUST abort parsing"
                _ => throw Malformed($"A key comes with a constraint of kind {kind}, which is unknown or there twice."),
            };
        }

        return read;
    }

    /// <summary>The constraints as they go on the wire.</summary>
    internal byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>();
        if (Lifetime is { } lifetime)
        {
            var fields = new LifetimeFields { Kind = (byte)Kind.Lifetime, Seconds = checked((uint)lifetime.TotalSeconds) };
            bytes.Write(Message.WriteRecord(ref fields));
        }

        if (MustConfirm) bytes.Write([(byte)Kind.Confirm]);
        if (Destinations.Count > 0) WriteExtension(bytes, DestinationExtension, AgentStrings.String(AgentStrings.Concat(Destinations, static each => each.ToBytes())));
        if (SecurityKeyProvider is { } provider) WriteExtension(bytes, ProviderExtension, AgentStrings.String(Encoding.UTF8.GetBytes(provider)));
        if (Certificates is { } certificates) WriteExtension(bytes, CertificatesExtension, certificates.ToBytes());
        return bytes.WrittenSpan.ToArray();
    }

    internal static SshViolationException Malformed(string message) => new(Violation.FieldMalformed, message);

    private static TimeSpan ReadLifetime(ref FieldReader reader)
    {
        uint seconds = 0;
        reader.UInt32(ref seconds);
        return TimeSpan.FromSeconds(seconds);
    }

    private AgentConstraints ReadExtension(ref FieldReader reader)
    {
        ReadOnlySpan<byte> name = default;
        reader.Text(ref name, MaxExtensionName);
        string text = Printable.Escape(name);
        return text switch
        {
            DestinationExtension when Destinations.Count == 0 => this with { Destinations = ReadDestinations(ref reader) },
            ProviderExtension when SecurityKeyProvider is null => this with { SecurityKeyProvider = ReadProvider(ref reader) },
            CertificatesExtension when Certificates is null => this with { Certificates = AssociatedCertificates.Read(ref reader) },
            _ => throw Malformed($"A key comes with the constraint {text}, which is unknown or there twice."),
        };
    }

    private static List<DestinationConstraint> ReadDestinations(ref FieldReader reader)
    {
        ReadOnlySpan<byte> list = default;
        reader.String(ref list);
        var each = new FieldReader(list);
        var destinations = new List<DestinationConstraint>();
        while (each.Remaining > 0)
        {
            if (destinations.Count == MaxEntries) throw new SshViolationException(Violation.FieldTooLong, $"A key comes with more than {MaxEntries} destinations.");
            ReadOnlySpan<byte> destination = default;
            each.String(ref destination);
            destinations.Add(DestinationConstraint.Read(destination));
        }

        // A list that says nothing would leave the key free where somebody meant to bind it.
        return destinations.Count > 0 ? destinations : throw Malformed("A key is restricted to a list of destinations that is empty.");
    }

    private static string ReadProvider(ref FieldReader reader)
    {
        ReadOnlySpan<byte> provider = default;
        reader.Text(ref provider, MaxProviderLength);
        return AgentStrings.Text(provider);
    }

    private static void WriteExtension(ArrayBufferWriter<byte> bytes, string name, byte[] contents)
    {
        bytes.Write([(byte)Kind.Extension]);
        bytes.Write(AgentStrings.String(Encoding.ASCII.GetBytes(name)));
        bytes.Write(contents);
    }
}

/// <summary>RFC 9987 5.2.7.1.</summary>
internal ref struct LifetimeFields : IRecord<LifetimeFields>
{
    public byte Kind;
    public uint Seconds;

    public static void Fields<V>(ref V visit, ref LifetimeFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Byte(ref message.Kind);
        visit.UInt32(ref message.Seconds);
    }
}
